import { useEffect, useRef, useState } from 'preact/hooks';
import { useConsole } from '../shell/context.ts';
import { setIdleAwareInterval } from '../shell/idle-aware-interval.ts';
import { createFeed, type EventPage, type Feed, type FeedState } from './feed.ts';

const POLL_INTERVAL_MS = 2_500;

export type FollowState = 'on' | 'off' | 'asleep';

export interface FollowedFeed extends FeedState {
  following: FollowState;
  setFollowing(isOn: boolean): void;
  older(): void;
}

/**
 * The events that match a filter, while the page is open.
 *
 * @param isOver the filter ends in the past, so there are no new events to follow
 */
export function useFeed(query: string, isOver: boolean): FollowedFeed {
  const { client } = useConsole();
  const [state, setState] = useState<FeedState>({ items: [], next: null, isLoading: true, fresh: new Set() });
  const [following, setFollowing] = useState<FollowState>('off');
  const feed = useRef<Feed>(undefined);
  useEffect(() => {
    const created = createFeed((path, signal) => client.get<EventPage>(path, undefined, signal), query, setState);
    feed.current = created;
    setState(created.now());
    created.older();
    return () => created.stop();
  }, [client, query]);
  useEffect(() => {
    if (isOver) setFollowing('off');
  }, [isOver]);
  useEffect(() => {
    if (following !== 'on' || isOver) return;
    feed.current?.follow();
    return setIdleAwareInterval(
      POLL_INTERVAL_MS,
      () => feed.current?.follow(),
      () => setFollowing('asleep'),
    );
  }, [following, isOver]);
  return {
    ...state,
    following,
    setFollowing: (isOn) => setFollowing(isOn ? 'on' : 'off'),
    older: () => feed.current?.older(),
  };
}
