import { PictureOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { OrderDetail } from "../http/types";
import { useMay } from "../session/policy";
import { Moment } from "../time/TimeText";
import styles from "./tasks.module.css";

/** What was handed in. Nobody is blurred on it, so that it is opened on request, which is recorded. */
export function Photographs({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const seesPictures = useMay()("see_pictures");
  const [shown, setShown] = useState(false);
  const count = order.photographs.length;
  if (count === 0 || !seesPictures) return null;
  return (
    <section>
      <h2 className={styles.section}>{t("tasks.photographs", { count })}</h2>
      {shown ? (
        <ul className={styles.pictures}>
          {order.photographs.map((photograph) => (
            <li key={photograph.id}>
              <img
                src={photograph.url}
                width={photograph.width}
                height={photograph.height}
                alt={t("tasks.photographBy", { by: photograph.by })}
                data-testid="photograph"
              />
              <span className={styles.muted}>
                {photograph.by} <Moment moment={photograph.at} />
              </span>
            </li>
          ))}
        </ul>
      ) : (
        <>
          <Button
            size="large"
            icon={<PictureOutlined />}
            onClick={() => setShown(true)}
            data-testid="show-photographs"
          >
            {t("tasks.showPhotographs")}
          </Button>
          <p className={`${styles.muted} ${styles.logged}`}>{t("tasks.opensAreLogged")}</p>
        </>
      )}
    </section>
  );
}
