import { EyeInvisibleOutlined, LeftOutlined, RightOutlined, VideoCameraOutlined } from "@ant-design/icons";
import { Button, Segmented, Tooltip } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { AddCameraGuide } from "../camera/AddCameraGuide";
import { useCameras } from "../camera/useCameras";
import { useKeys } from "../keyboard/useKeys";
import { useCameraNames } from "../schools/CameraPlace";
import { ErrorPanel } from "../ui/ErrorPanel";
import { FilterSelect, SEVERAL } from "../ui/FilterSelect";
import { StatePanel } from "../ui/StatePanel";
import { usePageTitle } from "../ui/usePageTitle";
import { LiveTile } from "./LiveTile";
import { readWall, shownCameras, SIZES, writeWall, type Size, type Wall } from "./layout";
import styles from "./wall.module.css";
import { useFullScreen } from "./useFullScreen";
import { useWall } from "./useWall";

/** Several cameras side by side, live. */
export function Component() {
  const { t } = useTranslation();
  const query = useCameras();
  const nameCamera = useCameraNames();
  usePageTitle(t("nav.live"));
  const [params, setParams] = useSearchParams();
  const wall = useMemo(() => readWall(params), [params]);
  const all = useMemo(() => query.data?.items ?? [], [query.data]);
  const shown = useMemo(() => shownCameras(all, wall), [all, wall]);
  const connection = useWall(shown.cameras.map((camera) => String(camera.id)));
  const [selected, setSelected] = useState(0);
  const grid = useRef<HTMLDivElement>(null);
  const fullScreen = useFullScreen();

  // Keys come faster than pages are drawn: each changes what the last one asked for.
  const asked = useRef(wall);
  useEffect(() => {
    asked.current = wall;
  }, [wall]);
  const go = (change: Partial<Wall>) => {
    asked.current = { ...asked.current, ...change };
    setParams(writeWall(asked.current), { replace: true });
  };
  const step = (by: number) =>
    setSelected((now) => Math.min(Math.max(now + by, 0), Math.max(0, shown.cameras.length - 1)));
  const turn = (by: number) => {
    const { page, pages } = shownCameras(all, asked.current);
    go({ page: (page + by + pages) % pages });
    setSelected(0);
  };
  const at = Math.min(selected, Math.max(0, shown.cameras.length - 1));

  useKeys({
    next: () => step(1),
    previous: () => step(-1),
    open: () => {
      const tile = grid.current?.children[at];
      if (tile instanceof HTMLElement) fullScreen.toggle(tile);
    },
    close: () => fullScreen.leave(),
    layout: () =>
      go({ size: SIZES[(SIZES.indexOf(asked.current.size) + 1) % SIZES.length] ?? 4, page: 0 }),
    pageBack: () => turn(-1),
    pageForward: () => turn(1),
  });
  useEffect(() => {
    document.documentElement.dataset["wall"] = "true";
    return () => {
      delete document.documentElement.dataset["wall"];
    };
  }, []);

  if (query.isError && !query.data) {
    return <ErrorPanel query={query} stillWorks={t("error.stillWorksLive")} />;
  }
  if (query.data && all.length === 0) return <AddCameraGuide />;

  return (
    <div className={styles.page} data-testid="wall-page">
      <header className={styles.bar}>
        <h1 className="visually-hidden">{t("nav.live")}</h1>
        <Segmented<Size>
          size="small"
          value={wall.size}
          onChange={(size) => go({ size, page: 0 })}
          options={SIZES.map((size) => ({ value: size, label: t("wall.size", { n: size }) }))}
          data-testid="wall-size"
        />
        <FilterSelect<string[]>
          mode="multiple"
          maxTagCount="responsive"
          maxTagPlaceholder={SEVERAL.maxTagPlaceholder}
          className={styles.picker ?? ""}
          placeholder={t("wall.allCameras")}
          value={[...wall.chosen]}
          onChange={(chosen: string[]) => go({ chosen, page: 0 })}
          options={all.map((camera) => ({
            value: String(camera.id),
            label: nameCamera(camera),
          }))}
          showSearch={{ optionFilterProp: "label" }}
          aria-label={t("wall.pick")}
          data-testid="wall-cameras"
        />
        {shown.pages > 1 && (
          <span className={styles.pages}>
            <Button
              type="text"
              size="small"
              icon={<LeftOutlined />}
              onClick={() => turn(-1)}
              aria-label={t("wall.pageBack")}
            />
            {t("wall.page", { page: shown.page + 1, pages: shown.pages })}
            <Button
              type="text"
              size="small"
              icon={<RightOutlined />}
              onClick={() => turn(1)}
              aria-label={t("wall.pageForward")}
            />
          </span>
        )}
        <span className={styles.spacer} />
        <Tooltip title={t("wall.loggedWhy")}>
          <span className={styles.logged} data-testid="wall-logged">
            <EyeInvisibleOutlined aria-hidden="true" /> {t("wall.logged")}
          </span>
        </Tooltip>
      </header>
      {query.isPending ? (
        <div className={styles.grid} data-size={wall.size} aria-busy="true" />
      ) : shown.cameras.length === 0 ? (
        <StatePanel testId="wall-empty" icon={<VideoCameraOutlined />} title={t("wall.none")} />
      ) : (
        <div ref={grid} className={styles.grid} data-size={wall.size} data-testid="wall">
          {shown.cameras.map((camera, channel) => (
            <LiveTile
              key={`${channel}/${camera.id}`}
              camera={camera}
              channel={channel}
              connection={connection}
              selected={channel === at}
              onSelect={() => setSelected(channel)}
              onFullScreen={fullScreen.toggle}
              isFullScreen={fullScreen.active}
            />
          ))}
        </div>
      )}
    </div>
  );
}
