import { useEffect, useState } from "react";

import { WallConnection } from "./WallConnection";

/** The connection that shows these cameras, each on the channel of its place in the list. */
export function useWall(cameraIds: readonly string[]): WallConnection {
  const [connection] = useState(() => new WallConnection());
  const wanted = cameraIds.join(",");
  // After the tiles' own effects, so that they listen before the first picture comes.
  useEffect(() => {
    connection.show(new Map(wanted === "" ? [] : wanted.split(",").map((id, channel) => [channel, id])));
  }, [connection, wanted]);
  useEffect(() => () => connection.show(new Map()), [connection]);
  return connection;
}
