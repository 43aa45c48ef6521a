import { Button, Drawer, Form, type FormInstance } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import styles from "./FormDrawer.module.css";

interface Props<Fields> {
  title: string;
  form: FormInstance<Fields>;
  initial: object;
  open?: boolean;
  saving: boolean;
  onSave: (fields: Fields) => void;
  onClose: () => void;
  /** Of the button that saves. */
  testId: string;
  children: ReactNode;
}

/** A form at the side, saved or given up at its foot. */
export function FormDrawer<Fields>(props: Props<Fields>) {
  const { t } = useTranslation();
  const { form } = props;
  return (
    <Drawer
      open={props.open ?? true}
      onClose={props.onClose}
      size={560}
      title={props.title}
      destroyOnHidden
      footer={
        <div className={styles.foot}>
          <Button onClick={props.onClose}>{t("action.cancel")}</Button>
          <Button
            type="primary"
            loading={props.saving}
            onClick={() => form.submit()}
            data-testid={props.testId}
          >
            {t("action.save")}
          </Button>
        </div>
      }
    >
      <Form<Fields>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={props.initial}
        onFinish={props.onSave}
      >
        {props.children}
      </Form>
    </Drawer>
  );
}
