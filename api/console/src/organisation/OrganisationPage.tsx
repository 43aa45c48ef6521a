import { DownloadOutlined, PlusOutlined, UploadOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { usePreferences } from "../ui/preferences";
import { workbookFile } from "../http/files";
import { useUrlFilter } from "../schools/useUrlFilter";
import { useMay } from "../session/policy";
import { ErrorPanel } from "../ui/ErrorPanel";
import { ListBar } from "../ui/ListBar";
import { StatePanel } from "../ui/StatePanel";
import { useNarrow } from "../ui/useNarrow";
import { usePageTitle } from "../ui/usePageTitle";
import { CommunityDialog, type Named } from "./CommunityDialog";
import styles from "./organisation.module.css";
import { SchoolForm } from "./SchoolForm";
import { SchoolPanel } from "./SchoolPanel";
import { SchoolTree } from "./SchoolTree";
import { useAllSchools } from "./useOrganisation";
import { WorkbookDialog } from "./WorkbookDialog";

/** The bureau, its communities and schools, and what stands where in each of them. */
export function Component() {
  const { t } = useTranslation();
  const may = useMay();
  const narrow = useNarrow();
  const { language } = usePreferences();
  const query = useAllSchools();
  const [chosen, choose] = useUrlFilter("school");
  const [tab, setTab] = useState("places");
  const [adding, setAdding] = useState(false);
  const [importing, setImporting] = useState(false);
  const [named, setNamed] = useState<Named | null>(null);
  usePageTitle(t("keeping.organisation"));

  if (query.isError && !query.data) {
    return <ErrorPanel query={query} stillWorks={t("error.stillWorksCameras")} />;
  }
  const schools = query.data?.items ?? [];
  const first = narrow ? null : (schools.find((each) => !each.closed_at) ?? schools[0] ?? null);
  const school = schools.find((each) => each.school_id === chosen) ?? first;
  const organises = may("manage_organisation");
  return (
    <div className={styles.page} data-testid="organisation-page">
      <ListBar
        title={t("keeping.organisation")}
        query={query}
        actions={
          <>
            {may("manage_cameras") && (
              <Button
                size="small"
                icon={<UploadOutlined />}
                onClick={() => setImporting(true)}
                data-testid="workbook-open"
              >
                {t("workbook.import")}
              </Button>
            )}
            {may("export") && (
              <Button
                size="small"
                icon={<DownloadOutlined />}
                href={workbookFile(language)}
                download
                data-testid="workbook-export"
              >
                {t("workbook.export")}
              </Button>
            )}
          </>
        }
      >
        {organises && (
          <>
            <Button
              size="small"
              type="primary"
              icon={<PlusOutlined />}
              onClick={() => setAdding(true)}
              data-testid="add-school"
            >
              {t("organisation.addSchool")}
            </Button>
            <Button
              size="small"
              icon={<PlusOutlined />}
              onClick={() => setNamed({ what: "community", row: null })}
              data-testid="add-community"
            >
              {t("organisation.addCommunity")}
            </Button>
          </>
        )}
      </ListBar>
      <div className={styles.columns}>
        {!(narrow && school) && (
          <SchoolTree
            schools={schools}
            chosen={school?.school_id ?? null}
            onName={organises ? setNamed : null}
          />
        )}
        {school ? (
          <SchoolPanel
            key={school.school_id}
            school={school}
            tab={tab}
            onTab={setTab}
            onBack={narrow ? () => choose(null) : null}
          />
        ) : (
          query.data &&
          schools.length === 0 && (
            <StatePanel
              testId="no-school"
              title={t("organisation.none")}
              text={t("organisation.noneText")}
            />
          )
        )}
      </div>
      <SchoolForm
        open={adding}
        school={null}
        onClose={() => setAdding(false)}
        onDone={(made) => choose(made.school_id)}
      />
      <WorkbookDialog open={importing} onClose={() => setImporting(false)} />
      <CommunityDialog named={named} onClose={() => setNamed(null)} />
    </div>
  );
}
