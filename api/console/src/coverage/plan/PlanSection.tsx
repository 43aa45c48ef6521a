import { DeleteOutlined, EditOutlined, FileImageOutlined, PictureOutlined, PlusOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Popconfirm, Segmented, Upload } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { api } from "../../http/api";
import { keys } from "../../http/keys";
import type { CoverageDetail, FloorPlanView } from "../../http/types";
import { useMay } from "../../session/policy";
import { Exact } from "../../time/TimeText";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { StatePanel } from "../../ui/StatePanel";
import { useChange } from "../../ui/useChange";
import { AddPlan } from "./AddPlan";
import { ACCEPTED, sendable, usePictureFault } from "./pictureFault";
import styles from "./plan.module.css";
import { PlanEditor } from "./PlanEditor";
import { PlanView } from "./PlanView";
import { useFloorPlans, usePlanTitle } from "./usePlans";

/** A school's floor plans; which one is shown stands in the address, so that it can be sent on. */
export function PlanSection({ school }: { school: CoverageDetail }) {
  const { t } = useTranslation();
  const may = useMay();
  const schoolId = school.school.school_id;
  const query = useFloorPlans(schoolId);
  const title = usePlanTitle();
  const [params, setParams] = useSearchParams();
  const [isAdding, setAdding] = useState(false);
  const [edited, setEdited] = useState<FloorPlanView | null>(null);
  const section = useRef<HTMLElement>(null);
  const asked = Number(params.get("plan"));
  const plans = query.data?.items ?? [];
  const plan = plans.find(({ id }) => id === asked) ?? plans[0];
  // Of who was sent the address; not of who goes from plan to plan.
  const [sent] = useState(asked);
  const isAskedFor = plan !== undefined && plan.id === sent;
  useEffect(() => {
    if (isAskedFor) section.current?.scrollIntoView({ block: "start" });
  }, [isAskedFor]);
  const choose = (id: number) =>
    setParams(
      (now) => {
        now.set("plan", String(id));
        return now;
      },
      { replace: true, preventScrollReset: true },
    );
  const draws = may("manage_cameras");
  const cameras = new Map(query.data?.cameras.map((each) => [each.camera_key, each]));
  const addButton = draws && (
    <Button icon={<PlusOutlined />} onClick={() => setAdding(true)} data-testid="plan-add">
      {t("plan.add")}
    </Button>
  );
  return (
    <section ref={section} className={styles.section} aria-label={t("plan.name")} data-testid="plan-section">
      <h3 className={styles.heading}>{t("plan.name")}</h3>
      {query.isError && !query.data && (
        <ErrorPanel query={query} stillWorks={t("error.stillWorksCoverage")} />
      )}
      {query.isPending && <div className={styles.skeleton} aria-busy="true" />}
      {query.data && !plan && (
        <StatePanel
          testId="plan-empty"
          icon={<FileImageOutlined />}
          title={t("plan.empty")}
          text={t(draws ? "plan.emptyText" : "plan.emptyOthers")}
          actions={addButton}
        >
          {draws && (
            <ol className={styles.steps}>
              <li>{t("plan.emptyPicture")}</li>
              <li>{t("plan.emptyPlace")}</li>
              <li>{t("plan.emptyLook")}</li>
            </ol>
          )}
        </StatePanel>
      )}
      {plan && !edited && (
        <>
          <div className={styles.bar}>
            {plans.length > 1 ? (
              <Segmented
                className={styles.plans ?? ""}
                value={plan.id}
                onChange={choose}
                options={plans.map((each) => ({ value: each.id, label: title(each) }))}
              />
            ) : (
              <strong>{title(plan)}</strong>
            )}
            {draws && (
              <span className={styles.actions}>
                <Button icon={<EditOutlined />} onClick={() => setEdited(plan)} data-testid="plan-edit">
                  {t("plan.edit")}
                </Button>
                <OtherActions key={plan.id} schoolId={schoolId} plan={plan} />
                {addButton}
              </span>
            )}
          </div>
          <PlanView key={plan.id} plan={plan} cameras={cameras} school={school} />
          <p className={styles.muted}>
            {t("plan.changedBy", { by: plan.changed_by })} <Exact moment={plan.changed_at} />
          </p>
        </>
      )}
      {edited && query.data && (
        <PlanEditor
          key={`${edited.id} ${edited.version}`}
          schoolId={schoolId}
          plan={edited}
          others={plans.filter(({ id }) => id !== edited.id)}
          cameras={cameras}
          onDone={() => setEdited(null)}
          onTheirs={async () => {
            const { data } = await query.refetch();
            setEdited(data?.items.find(({ id }) => id === edited.id) ?? null);
          }}
        />
      )}
      {isAdding && (
        <AddPlan
          schoolId={schoolId}
          onClose={() => setAdding(false)}
          onMade={(made) => {
            setAdding(false);
            choose(made.id);
            setEdited(made);
          }}
        />
      )}
    </section>
  );
}

function OtherActions({ schoolId, plan }: { schoolId: string; plan: FloorPlanView }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const fault = usePictureFault();
  const title = usePlanTitle();
  const client = useQueryClient();
  const plansKey = keys.floorPlans(schoolId);
  const remove = useChange((gone: FloorPlanView) => api.deleteFloorPlan(schoolId, gone), {
    invalidates: [plansKey],
  });
  const replace = useMutation({
    mutationFn: async (picture: File) => api.putFloorPlanPicture(schoolId, plan, sendable(picture)),
    onError: (error) => void message.error(fault(error), 6),
    onSettled: () => client.invalidateQueries({ queryKey: plansKey }),
  });
  return (
    <>
      <Upload
        accept={ACCEPTED}
        maxCount={1}
        showUploadList={false}
        beforeUpload={(chosen) => {
          replace.mutate(chosen);
          return false;
        }}
      >
        <Button icon={<PictureOutlined />} loading={replace.isPending}>
          {t("plan.replace")}
        </Button>
      </Upload>
      <Popconfirm
        title={t("plan.deleteAsk", { title: title(plan) })}
        description={t("plan.deleteKeeps")}
        okText={t("action.delete")}
        cancelText={t("action.cancel")}
        onConfirm={() => remove.mutate(plan)}
      >
        <Button danger icon={<DeleteOutlined />} loading={remove.isPending} data-testid="plan-delete">
          {t("action.delete")}
        </Button>
      </Popconfirm>
    </>
  );
}
