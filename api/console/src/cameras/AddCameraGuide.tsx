import { CopyOutlined, VideoCameraAddOutlined } from "@ant-design/icons";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";

import { StatePanel } from "../ui/StatePanel";
import styles from "./guide.module.css";

const VENDORS = [
  { id: "hikvision", url: "rtsp://192.168.1.64:554/Streaming/Channels/102" },
  { id: "dahua", url: "rtsp://192.168.1.64:554/cam/realmonitor?channel=1&subtype=1" },
  { id: "uniview", url: "rtsp://192.168.1.64:554/unicast/c1/s1/live" },
] as const;

/** The same keys as `configs/box.yaml`. */
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
  const { message } = App.useApp();
  const yaml = snippet(t("guide.sampleName"), t("guide.sampleLocation"), t("guide.sampleZone"));
  const copy = async (text: string) => {
    try {
      await navigator.clipboard.writeText(text);
      void message.success(t("action.copied"));
    } catch {
      void message.warning(t("action.copyFailed"));
    }
  };
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
                  <CopyButton onClick={() => void copy(vendor.url)} />
                </dd>
              </div>
            ))}
          </dl>
        </li>
        <li>
          <h3>{t("guide.stepConfig")}</h3>
          <p>{t("guide.stepConfigText")}</p>
          <div className={styles.code}>
            <pre>{yaml}</pre>
            <CopyButton onClick={() => void copy(yaml)} />
          </div>
        </li>
        <li>
          <h3>{t("guide.stepStart")}</h3>
          <p>{t("guide.stepStartText")}</p>
        </li>
      </ol>
    </StatePanel>
  );
}

function CopyButton({ onClick }: { onClick: () => void }) {
  const { t } = useTranslation();
  return (
    <Button
      size="small"
      type="text"
      icon={<CopyOutlined />}
      onClick={onClick}
      aria-label={t("action.copy")}
    />
  );
}
