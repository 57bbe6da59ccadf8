import { Component, type ComponentChildren } from 'preact';

export interface LoadedProps<T> {
  load: () => Promise<T>;
  /** While it is on its way. */
  waiting: ComponentChildren;
  /** It did not come. */
  failed: (again: () => void) => ComponentChildren;
  children: (loaded: T) => ComponentChildren;
}

interface State<T> {
  loaded?: T | undefined;
  isLost?: boolean;
}

/** What only some people reach is loaded when they do. */
export class Loaded<T> extends Component<LoadedProps<T>, State<T>> {
  override componentDidMount() {
    this.load();
  }

  load = () => {
    this.setState({ isLost: false });
    this.props.load().then(
      (loaded) => this.setState({ loaded }),
      () => this.setState({ isLost: true }),
    );
  };

  override render({ waiting, failed, children }: LoadedProps<T>, { loaded, isLost }: State<T>) {
    if (loaded) return <>{children(loaded)}</>;
    return <>{isLost ? failed(this.load) : waiting}</>;
  }
}
