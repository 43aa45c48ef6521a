import { DownloadOutlined, UploadOutlined } from "@ant-design/icons";
import { Button, Input, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { SittingView } from "../http/types";
import { useChange } from "../ui/useChange";
import { base64 } from "./base64";
import styles from "./exams.module.css";

function keep(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** The facts a box packs with the footage, and what is noted of the package once it is signed. */
export function SealForm({ row }: { row: SittingView }) {
  const { t } = useTranslation();
  const [files, setFiles] = useState<File[]>([]);
  const [fingerprint, setFingerprint] = useState("");
  const take = useChange(() => api.examFacts(row.id), {
    invalidates: [],
    onDone: (facts) => keep(JSON.stringify(facts), `facts-${row.id}.json`),
  });
  const manifest = files.find(({ name }) => name.endsWith(".json"));
  const signature = files.find(({ name }) => name.endsWith(".sig"));
  const note = useChange(
    async () =>
      api.noteSeal(row.id, {
        manifest: manifest ? await base64(manifest) : "",
        signature: signature ? await base64(signature) : "",
        fingerprint,
      }),
    { invalidates: [keys.examTables], onDone: () => setFiles([]) },
  );
  return (
    <section className={styles.step}>
      <p>{t("exam.sealHint")}</p>
      <Button
        icon={<DownloadOutlined />}
        onClick={() => take.mutate(undefined)}
        loading={take.isPending}
        disabled={row.cameras.length === 0}
        data-testid="sitting-facts"
      >
        {t("exam.facts")}
      </Button>
      {row.seal === null && (
        <>
          <Upload
            multiple
            accept=".json,.sig"
            fileList={files.map((file, at) => ({ uid: String(at), name: file.name }))}
            beforeUpload={(file) => {
              setFiles((known) => [...known.filter(({ name }) => name !== file.name), file]);
              return false;
            }}
            onRemove={({ name }) => setFiles((known) => known.filter((file) => file.name !== name))}
          >
            <Button icon={<UploadOutlined />}>{t("exam.chooseManifest")}</Button>
          </Upload>
          <Input
            value={fingerprint}
            maxLength={64}
            placeholder={t("exam.fingerprint")}
            aria-label={t("exam.fingerprint")}
            onChange={({ target }) => setFingerprint(target.value)}
          />
          <Button
            type="primary"
            disabled={!manifest || !signature || !fingerprint}
            loading={note.isPending}
            onClick={() => note.mutate(undefined)}
            data-testid="sitting-seal"
          >
            {t("exam.noteSeal")}
          </Button>
        </>
      )}
    </section>
  );
}
