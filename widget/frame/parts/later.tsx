import { Component, type ComponentChildren, type FunctionComponent } from 'preact';

export interface LaterProps<Props> {
  load: () => Promise<FunctionComponent<Props>>;
  /** Until it is there. */
  wait: ComponentChildren;
  /** Where it did not come: with what tries again. */
  failed: (again: () => void) => ComponentChildren;
  children: (part: FunctionComponent<Props>) => ComponentChildren;
}

interface State<Props> {
  part?: FunctionComponent<Props>;
  hasFailed?: boolean;
}

/** A part that only some people reach, loaded when the first of them does. Nothing around it is shown without it. */
export class Later<Props> extends Component<LaterProps<Props>, State<Props>> {
  override componentDidMount() {
    this.load();
  }

  load = () => {
    this.setState({ hasFailed: false });
    this.props.load().then(
      (part) => this.setState({ part }),
      () => this.setState({ hasFailed: true }),
    );
  };

  override render({ wait, failed, children }: LaterProps<Props>, { part, hasFailed }: State<Props>) {
    if (part) return children(part);
    return hasFailed ? failed(this.load) : wait;
  }
}
