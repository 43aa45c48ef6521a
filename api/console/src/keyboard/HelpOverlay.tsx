import { QuestionCircleOutlined } from "@ant-design/icons";
import { Button, Modal, Tooltip } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import styles from "./help.module.css";
import { BINDINGS, type Binding } from "./keymap";
import { useKeys } from "./useKeys";

const GROUPS: readonly Binding["group"][] = ["judge", "orders", "move", "player", "wall", "recordings", "page"];

/** All keys, from the same table the handlers use. */
export function HelpOverlay() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  useKeys({ help: () => setOpen(true) });
  return (
    <>
      <Tooltip title={<>{t("help.title")} <kbd>{"?"}</kbd></>}>
        <Button
          type="text"
          size="small"
          icon={<QuestionCircleOutlined />}
          onClick={() => setOpen(true)}
          aria-label={t("help.title")}
          data-testid="help"
          className={styles.button ?? ""}
        />
      </Tooltip>
      <Modal
        open={open}
        onCancel={() => setOpen(false)}
        footer={null}
        title={t("help.title")}
        width={620}
        destroyOnHidden
      >
        <div className={styles.groups} data-testid="help-overlay">
          {GROUPS.map((group) => (
            <section key={group}>
              <h3 className={styles.heading}>{t(`help.group.${group}`)}</h3>
              <dl>
                {BINDINGS.filter((binding) => binding.group === group).map((binding) => (
                  <div key={binding.help ?? binding.action} className={styles.line}>
                    <dt>
                      {binding.shown.map((key) => (
                        <kbd key={key}>{key}</kbd>
                      ))}
                    </dt>
                    <dd>{t(`help.action.${binding.help ?? binding.action}`)}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
        <p className={styles.note}>{t("help.note")}</p>
      </Modal>
    </>
  );
}
