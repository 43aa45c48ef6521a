/* Makers whose cameras are met most: where a stream of theirs is. How it is switched on stands in the
   catalogues, `guide.vendors`. */
export const VENDORS = [
  {
    id: "hikvision",
    main: "rtsp://192.168.1.64:554/Streaming/Channels/101",
    sub: "rtsp://192.168.1.64:554/Streaming/Channels/102",
  },
  {
    id: "dahua",
    main: "rtsp://192.168.1.108:554/cam/realmonitor?channel=1&subtype=0",
    sub: "rtsp://192.168.1.108:554/cam/realmonitor?channel=1&subtype=1",
  },
  {
    id: "uniview",
    main: "rtsp://192.168.1.13:554/unicast/c1/s0/live",
    sub: "rtsp://192.168.1.13:554/unicast/c1/s1/live",
  },
  {
    id: "tplink",
    main: "rtsp://192.168.1.60:554/stream1",
    sub: "rtsp://192.168.1.60:554/stream2",
  },
  {
    id: "reolink",
    main: "rtsp://192.168.1.50:554/Preview_01_main",
    sub: "rtsp://192.168.1.50:554/Preview_01_sub",
  },
] as const;
