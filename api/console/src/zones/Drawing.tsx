import { useState, type ReactNode, type RefObject } from "react";
import { useTranslation } from "react-i18next";

import type { Point, Size } from "../drawing/point";
import { shapeOf, type Rule, type Shape } from "./editing";
import { faultOf, inwards } from "./shapes";
import styles from "./zones.module.css";

interface Props {
  rules: readonly Rule[];
  chosen: number;
  picture: string | null;
  size: Size;
  stage: RefObject<HTMLDivElement | null>;
  onChosen: (index: number) => void;
  onSize: (size: Size) => void;
  /** Handles of the chosen shape, which keep their size whatever that of the picture. */
  children: ReactNode;
}

/** The camera's picture with all its shapes; the chosen one last, so that it lies above. */
export function Drawing({ rules, chosen, picture, size, stage, onChosen, onSize, children }: Props) {
  const { t } = useTranslation();
  const [failed, setFailed] = useState<string | null>(null);
  const order = rules.map((_, index) => index).sort((a, b) => Number(a === chosen) - Number(b === chosen));
  return (
    <div
      ref={stage}
      className={styles.stage}
      style={{
        aspectRatio: `${size.width} / ${size.height}`,
        maxWidth: `calc((100vh - 160px) * ${(size.width / size.height).toFixed(4)})`,
      }}
      data-testid="zone-stage"
    >
      {picture !== null && picture !== failed ? (
        <img
          className={styles.picture}
          src={picture}
          alt={t("zones.pictureAlt")}
          draggable={false}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => {
            if (naturalWidth > 0) onSize({ width: naturalWidth, height: naturalHeight });
          }}
          onError={() => setFailed(picture)}
        />
      ) : (
        <p className={styles.noPicture}>{t(picture === null ? "zones.noPicture" : "zones.pictureFailed")}</p>
      )}
      <svg className={styles.shapes} viewBox={`0 0 ${size.width} ${size.height}`} aria-hidden="true">
        {order.map((index) => {
          const shape = shapeOf(rules[index]);
          return (
            shape && (
              <Outline
                key={index}
                shape={shape}
                size={size}
                isChosen={index === chosen}
                onChosen={() => onChosen(index)}
              />
            )
          );
        })}
      </svg>
      {children}
    </div>
  );
}

interface OutlineProps {
  shape: Shape;
  size: Size;
  isChosen: boolean;
  onChosen: () => void;
}

function Outline({ shape, size, isChosen, onChosen }: OutlineProps) {
  const path = shape.points.map(({ x, y }) => `${x * size.width},${y * size.height}`).join(" ");
  const drawn = {
    className: styles.outline,
    points: path,
    "data-kind": shape.kind,
    "data-chosen": isChosen,
    "data-wrong": faultOf(shape.points, shape.kind) !== null,
    onPointerDown: onChosen,
  };
  return shape.kind === "zone" ? (
    <polygon {...drawn} />
  ) : (
    <g>
      <polyline {...drawn} />
      <Arrow points={shape.points} size={size} />
    </g>
  );
}

/** Which way `in` goes over a line. */
function Arrow({ points, size }: { points: readonly Point[]; size: Size }) {
  const { t } = useTranslation();
  const found = inwards(points, size);
  if (!found) return null;
  const { at, towards } = found;
  const long = Math.max(size.width, size.height) / 16;
  const tip = { x: at.x + towards.x * long, y: at.y + towards.y * long };
  const wing = (side: number) => {
    const back = { x: tip.x - towards.x * long * 0.35, y: tip.y - towards.y * long * 0.35 };
    return `${back.x - towards.y * side * long * 0.2},${back.y + towards.x * side * long * 0.2}`;
  };
  return (
    <>
      <path
        className={styles.arrow}
        d={`M ${at.x},${at.y} L ${tip.x},${tip.y} M ${wing(1)} L ${tip.x},${tip.y} L ${wing(-1)}`}
      />
      <text className={styles.in} x={tip.x} y={tip.y} dx={long * 0.2} dy={long * 0.2} fontSize={long * 0.4}>
        {t("zones.in")}
      </text>
    </>
  );
}
