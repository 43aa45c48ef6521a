import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useState } from "react";

import { keys } from "../http/keys";
import { toProblem } from "../http/problem";
import type { OrderSummary } from "../http/types";
import { useProblemText } from "../ui/problemText";
import { lostTo, type Lost } from "./lost";

export interface Decision {
  /** Made on a version that the call carries. */
  call: () => Promise<OrderSummary>;
  onDone?: (order: OrderSummary) => void;
}

/** Takes a step, and keeps what the first decided if somebody was faster. */
export function useDecision() {
  const client = useQueryClient();
  const { message } = App.useApp();
  const problemText = useProblemText();
  const [lost, setLost] = useState<Lost | null>(null);
  const change = useMutation({
    mutationFn: ({ call }: Decision) => call(),
    onMutate: () => setLost(null),
    onSuccess: (order, { onDone }) => onDone?.(order),
    onError: (error) => {
      const found = lostTo(toProblem(error, undefined));
      setLost(found);
      if (!found) void message.error(problemText(error));
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.orders }),
  });
  return { decide: change.mutate, isPending: change.isPending, lost, forget: () => setLost(null) };
}
