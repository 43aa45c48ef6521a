import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";

import { useProblemText } from "./problemText";

interface Options<Told> {
  /** What is read again afterwards. */
  invalidates: readonly QueryKey[];
  onDone?: (told: Told) => void;
}

/** A change that says so when it was refused, and has the lists read again either way. */
export function useChange<Input, Told>(
  change: (input: Input) => Promise<Told>,
  { invalidates, onDone }: Options<Told>,
) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const problemText = useProblemText();
  return useMutation({
    mutationFn: change,
    onSuccess: (told) => onDone?.(told),
    onError: (error) => void message.error(problemText(error)),
    onSettled: () =>
      Promise.all(invalidates.map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
}
