import { VideoCameraAddOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";

import { CodeBlock, CopyButton } from "../ui/CodeBlock";
import { StatePanel } from "../ui/StatePanel";
import styles from "./guide.module.css";

const VENDORS = [
  { id: "hikvision", url: "rtsp://192.168.1.64:554/Streaming/Channels/102" },
  { id: "dahua", url: "rtsp://192.168.1.64:554/cam/realmonitor?channel=1&subtype=1" },
  { id: "uniview", url: "rtsp://192.168.1.64:554/unicast/c1/s1/live" },
] as const;

/** The same keys as the box's `box.yaml`. */
const snippet = (name: string, location: string, zone: string) => `cameras:
  - id: gate-north
    name: ${name}
    location: ${location}
    source:
      type: rtsp
      url: ${VENDORS[0].url}
      username: viewer
      password_env: MINGAN_GATE_NORTH_PASSWORD
    rules:
      - type: perimeter_intrusion
        zone:
          name: ${zone}
          polygon: [[0.05, 0.55], [0.95, 0.55], [0.95, 1.0], [0.05, 1.0]]
`;

/** What a new box without a camera says. */
export function AddCameraGuide() {
  const { t } = useTranslation();
  const yaml = snippet(t("guide.sampleName"), t("guide.sampleLocation"), t("guide.sampleZone"));
  return (
    <StatePanel
      testId="add-camera-guide"
      icon={<VideoCameraAddOutlined />}
      title={t("guide.title")}
      text={t("guide.text")}
    >
      <ol className={styles.steps}>
        <li>
          <h3>{t("guide.stepUrl")}</h3>
          <p>{t("guide.stepUrlText")}</p>
          <dl className={styles.vendors}>
            {VENDORS.map((vendor) => (
              <div key={vendor.id} className={styles.vendor}>
                <dt>{t(`guide.vendor.${vendor.id}`)}</dt>
                <dd>
                  <code>{vendor.url}</code>
                  <CopyButton text={vendor.url} />
                </dd>
              </div>
            ))}
          </dl>
        </li>
        <li>
          <h3>{t("guide.stepConfig")}</h3>
          <p>{t("guide.stepConfigText")}</p>
          <CodeBlock text={yaml} />
        </li>
        <li>
          <h3>{t("guide.stepStart")}</h3>
          <p>{t("guide.stepStartText")}</p>
        </li>
      </ol>
    </StatePanel>
  );
}
