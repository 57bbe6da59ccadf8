import { Component, type ComponentChildren, type ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ROOMS } from '../rooms.ts';
import type { InnerPlace } from '../visit.ts';
import { useInside } from './context.ts';
import { Bones } from './problem.tsx';
import { putOnStyle } from './style.ts';
import { words } from './words.ts';

/** Loads the room that one is in, with its words and its style, and holds when it breaks. */
export function RoomSlot() {
  const { address, texts } = useInside();
  const { place } = address;
  const { lang } = texts;
  const [loaded, setLoaded] = useState<{ of: InnerPlace; Room: ComponentType }>();
  const [lost, setLost] = useState<InnerPlace>();
  useEffect(() => {
    let isWanted = true;
    const load = async () => {
      const module = await ROOMS[place].load();
      await module.words?.load(lang);
      putOnStyle(module.style ?? '');
      if (isWanted) setLoaded({ of: place, Room: module.Room });
    };
    load().catch(() => isWanted && setLost(place));
    return () => {
      isWanted = false;
    };
  }, [place, lang]);

  // In another language a room is the same room: it says what it says anew, once the words are there.
  if (loaded?.of === place) {
    const { Room } = loaded;
    return (
      <Boundary key={place}>
        <Room />
      </Boundary>
    );
  }
  // A module that did not load is not asked for again by the same page.
  if (lost === place) return <Fallen title={words('lostTitle')} text={words('lostText')} />;
  return <Waiting key={place} />;
}

/** Nothing for a moment, so that a room that is there at once does not flicker. */
function Waiting() {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), 150);
    return () => clearTimeout(timer);
  }, []);
  return isLong ? <Bones lines={6} /> : null;
}

function Fallen({ title, text }: { title: string; text: string }) {
  return (
    <div class="problem" role="alert">
      <h1>{title}</h1>
      <p>{text}</p>
      <button type="button" class="secondary" onClick={() => location.reload()}>
        {words('reload')}
      </button>
    </div>
  );
}

/** What breaks in a room stays in it: the way out of it is still there. */
class Boundary extends Component<{ children: ComponentChildren }, { isBroken: boolean }> {
  override state = { isBroken: false };
  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ isBroken: true });
  }
  override render() {
    return this.state.isBroken ? (
      <Fallen title={words('brokenTitle')} text={words('brokenText')} />
    ) : (
      this.props.children
    );
  }
}
