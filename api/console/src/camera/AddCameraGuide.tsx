import { VideoCameraAddOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";

import { Checklist } from "../firstHour/Checklist";
import { VendorHelp } from "../firstHour/VendorHelp";
import { VENDORS } from "../firstHour/vendors";
import { useMay } from "../session/policy";
import { CodeBlock } from "../ui/CodeBlock";
import { StatePanel } from "../ui/StatePanel";
import styles from "./guide.module.css";

/** The same keys as the box's `box.yaml`. */
const snippet = (name: string, location: string, zone: string) => `cameras:
  - id: gate-north
    name: ${name}
    location: ${location}
    source:
      type: rtsp
      url: ${VENDORS[0].sub}
      username: viewer
      password_env: MINGAN_GATE_NORTH_PASSWORD
    rules:
      - type: perimeter_intrusion
        zone:
          name: ${zone}
          polygon: [[0.05, 0.55], [0.95, 0.55], [0.95, 1.0], [0.05, 1.0]]
`;

/** What a system without a camera says: the way there, help of each maker, and how it is done by hand. */
export function AddCameraGuide() {
  const { t } = useTranslation();
  const may = useMay();
  if (!may("manage_boxes")) {
    return (
      <StatePanel
        testId="add-camera-guide"
        icon={<VideoCameraAddOutlined />}
        title={t("guide.title")}
        text={t("guide.askAdmin")}
      />
    );
  }
  return (
    <StatePanel
      testId="add-camera-guide"
      icon={<VideoCameraAddOutlined />}
      title={t("guide.title")}
      text={t("guide.text")}
    >
      <Checklist />
      <div className={styles.help}>
        <VendorHelp />
        <details>
          <summary>{t("guide.byHand")}</summary>
          <ByHand />
        </details>
      </div>
    </StatePanel>
  );
}

function ByHand() {
  const { t } = useTranslation();
  const yaml = snippet(t("guide.sampleName"), t("guide.sampleLocation"), t("guide.sampleZone"));
  return (
    <ol className={styles.steps}>
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
  );
}
