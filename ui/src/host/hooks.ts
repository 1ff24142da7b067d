import {
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
  type QueryClient,
} from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { CallFailed, invalidate, invalidateAfter, type Reading } from "./cache";
import { call, type Command, type RequestOf, type ViewOf } from "./call";
import type { IpcError } from "./ipc";

type ReadOptions = { readonly every?: number | false; readonly enabled?: boolean; readonly keep?: boolean };

/** Reads an answer and keeps it fresh. Old rows stay while new ones are read. */
export function useRead<C extends Reading>(command: C, request: RequestOf<C>, options: ReadOptions = {}) {
  const client = useQueryClient();
  const query = useQuery<ViewOf<C>, CallFailed>({
    queryKey: [command, request],
    queryFn: () => read(client, command, request),
    refetchInterval: options.every ?? false,
    enabled: options.enabled ?? true,
    ...(options.keep === false ? {} : { placeholderData: keepPreviousData }),
  });
  return { view: query.data, error: query.error?.ipc, fetching: query.isFetching, again: () => void query.refetch(), stale: query.isPlaceholderData };
}

/** Reads page after page; `next` takes the place of the first request's cursor. */
export function usePages<C extends Reading, P>(
  command: C,
  request: RequestOf<C>,
  page: { readonly at: (request: RequestOf<C>, place: P) => RequestOf<C>; readonly next: (view: ViewOf<C>) => P | null },
) {
  const client = useQueryClient();
  const query = useInfiniteQuery({
    queryKey: [command, request, "pages"],
    queryFn: ({ pageParam }) => {
      const place = pageParam as P | null;
      return read(client, command, place === null ? request : page.at(request, place));
    },
    initialPageParam: null as P | null,
    getNextPageParam: (last: ViewOf<C>) => page.next(last),
    placeholderData: keepPreviousData,
  });
  return {
    pages: query.data?.pages,
    error: query.error instanceof CallFailed ? query.error.ipc : undefined,
    fetching: query.isFetching,
    stale: query.isPlaceholderData,
    more: query.hasNextPage,
    loadMore: () => {
      if (query.hasNextPage && !query.isFetching) void query.fetchNextPage();
    },
    again: () => void query.refetch(),
  };
}

/**
 * Asks the host to do something; what that makes stale is read again.
 *
 * The request is not kept: it may carry a passphrase.
 */
export function useAct<C extends Command>(command: C, after: { readonly done?: (view: ViewOf<C>) => void } = {}) {
  const client = useQueryClient();
  const [at, setAt] = useState<ActState<ViewOf<C>>>(IDLE);
  const present = useRef(after);
  useEffect(() => {
    present.current = after;
  });
  const act = async (request: RequestOf<C>): Promise<void> => {
    setAt({ busy: true });
    const outcome = await call(command, request);
    if (outcome.ok) {
      setAt({ busy: false, view: outcome.view });
      void invalidateAfter(client, command);
      present.current.done?.(outcome.view);
    } else {
      setAt({ busy: false, error: outcome.error });
      if (outcome.error.code === "locked") void invalidate(client, ["app_state"]);
    }
  };
  return {
    act: (request: RequestOf<C>) => void act(request),
    busy: at.busy,
    error: at.error,
    view: at.view,
    reset: () => {
      setAt(IDLE);
    },
  };
}

type ActState<V> = { readonly busy: boolean; readonly error?: IpcError; readonly view?: V };

const IDLE = { busy: false } as const;

async function read<C extends Command>(client: QueryClient, command: C, request: RequestOf<C>): Promise<ViewOf<C>> {
  const outcome = await call(command, request);
  if (outcome.ok) return outcome.view;
  if (outcome.error.code === "locked" && command !== "app_state") void invalidate(client, ["app_state"]);
  throw new CallFailed(outcome.error);
}
