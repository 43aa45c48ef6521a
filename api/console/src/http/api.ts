/* Every call of the console, in one list. A failure is always a `Problem`. */
import { orderOf, timeBounds, type AlertFilters } from "../alert/filters";
import { STATES_OF, type OrderFilters } from "../order/filters";
import type { InspectionsListData } from "../client/types.gen";
import * as sdk from "../client/sdk.gen";
import { serverNow } from "../time/serverClock";
import { answered, contentType, ifMatch, remember, sendFile, streamed, timed, unwrap } from "./call";
import type { OfflineView } from "./offline";
import type {
  AccessFilters,
  AlertSummary,
  Answer as ItemAnswer,
  AssessmentCreate,
  BoardFilter,
  BoxCreate,
  BureauWrite,
  CameraRulesEdit,
  CameraRulesWrite,
  ChannelCreate,
  ChannelWrite,
  CommunityCreate,
  CommunityWrite,
  CredentialWrite,
  ExamCreate,
  ExamImportReport,
  HoldWrite,
  FalsePositiveReason,
  FloorPlanView,
  FloorPlanWrite,
  HazardFilters,
  ImportReport,
  InspectionKind,
  InspectionPhotographView,
  InspectionPlanCreate,
  InspectionSubject,
  JudgementCreate,
  LiveRequest,
  MeetingCreate,
  MeetingSignal,
  NoticeRuleWrite,
  NoticeState,
  OrderAssign,
  OrderCreate,
  OrderSubject,
  OrderVersion,
  OriginalReason,
  OverrideCreate,
  PhotographView,
  PlaceWrite,
  PlayRequest,
  QueueFilter,
  PaperRequest,
  PrecisionBehind,
  PrecisionFilters,
  PreviewRequest,
  RecordWrite,
  ReviseRequest,
  ReportRequest,
  ScheduleWrite,
  RequestCreate,
  RequestFilters,
  RequestWrite,
  RuleSetApply,
  RuleSetRequest,
  ScanStart,
  SchoolCreate,
  SchoolWrite,
  SettingsEdit,
  ShowingWrite,
  SealWrite,
  Tile,
  UserCreate,
  UserWrite,
  VersionWrite,
} from "./types";

const PAGE_SIZE = 40;
/** A floor plan as somebody saw it. */
type PlanVersion = Pick<FloorPlanView, "id" | "version">;

function planPictures(schoolId: string): string {
  return `/api/v1/floor-plan-pictures/${encodeURIComponent(schoolId)}`;
}

function wallTiles(tiles: ReadonlyMap<number, string>): Tile[] {
  return [...tiles].map(([channel, key]) => ({ channel, camera_key: Number(key) }));
}

const WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

function sendWorkbook(step: "preview" | "import", file: Blob): Promise<ImportReport> {
  return sendFile(`/api/v1/workbook/${step}`, file, { "Content-Type": WORKBOOK });
}

export const api = {
  me: async () => remember(await unwrap(sdk.authMe())),
  login: async (username: string, password: string) =>
    remember(await unwrap(sdk.authLogin({ body: { username, password } }))),
  choosePassword: async (current: string, chosen: string) =>
    remember(
      await unwrap(sdk.authPassword({ body: { current_password: current, new_password: chosen } })),
    ),
  sessions: () => unwrap(sdk.authSessions()),
  endSession: (sessionId: string) =>
    unwrap(sdk.authEndSession({ path: { session_id: sessionId } })),
  ownMail: () => unwrap(sdk.authMail()),
  putOwnMail: (mail: string | null) => unwrap(sdk.authPutMail({ body: { mail } })),
  putMailOf: (username: string, mail: string | null) =>
    unwrap(sdk.usersPutMail({ path: { username }, body: { mail } })),
  push: () => unwrap(sdk.noticePushGet()),
  putPush: (endpoint: string) => unwrap(sdk.noticePushPut({ body: { endpoint } })),
  deletePush: () => unwrap(sdk.noticePushDelete()),
  ways: () => unwrap(sdk.authWays()),
  logout: () => unwrap(sdk.authLogout()),

  alerts: (filters: AlertFilters, cursor: string | null, limit = PAGE_SIZE) =>
    timed(
      unwrap(
        sdk.alertsList({
          query: {
            ...(filters.status ? { status: [filters.status] } : {}),
            ...(filters.rules.length > 0 ? { rule: filters.rules } : {}),
            ...(filters.cameraKeys.length > 0 ? { camera_key: filters.cameraKeys.map(Number) } : {}),
            ...(filters.schoolIds.length > 0 ? { school_id: filters.schoolIds } : {}),
            ...(filters.risks.length > 0 ? { risk: filters.risks } : {}),
            ...timeBounds(filters, serverNow()),
            ...(filters.text ? { q: filters.text } : {}),
            order: orderOf(filters),
            ...(cursor ? { cursor } : {}),
            limit,
          },
        }),
      ),
    ),
  alert: (id: string) => unwrap(sdk.alertsGet({ path: { alert_id: id } })),
  confirm: (id: string) => unwrap(sdk.alertsConfirm({ path: { alert_id: id }, body: {} })),
  falsePositive: (id: string, reason: FalsePositiveReason) =>
    unwrap(sdk.alertsFalsePositive({ path: { alert_id: id }, body: { reason } })),
  /** On the version that somebody looked at. */
  revise: ({ id, version }: AlertSummary, verdict: Omit<ReviseRequest, "note">, note: string) =>
    unwrap(
      sdk.alertsRevise({
        path: { alert_id: id },
        headers: ifMatch(version),
        body: { ...verdict, note },
      }),
    ),
  judgeTogether: (ids: string[], verdict: Omit<ReviseRequest, "note">, note: string) =>
    unwrap(sdk.alertsBulk({ body: { alert_ids: ids, ...verdict, note } })),
  seen: (id: string) => unwrap(sdk.alertsSeen({ path: { alert_id: id } })),
  noteAlert: (id: string, note: string) =>
    unwrap(sdk.alertsNote({ path: { alert_id: id }, body: { note } })),
  undo: (id: string) => unwrap(sdk.alertsUndo({ path: { alert_id: id } })),
  hold: (id: string) => unwrap(sdk.alertsHold({ path: { alert_id: id } })),
  release: (id: string) => unwrap(sdk.alertsRelease({ path: { alert_id: id } })),
  original: (id: string, reason: OriginalReason) =>
    unwrap(sdk.alertsOriginal({ path: { alert_id: id }, body: { reason } })),

  /** Of a box by itself; the command centre knows no such address. */
  offline: () => timed(answered<OfflineView>("/api/v1/offline")),

  /** The answer goes on as long as it is read. */
  openLive: (
    tiles: ReadonlyMap<number, string>,
    codecs: LiveRequest["codecs"],
    signal: AbortSignal,
  ) => streamed("/api/v1/live", { tiles: wallTiles(tiles), codecs } satisfies LiveRequest, signal),
  changeLive: (viewId: string, tiles: ReadonlyMap<number, string>) =>
    unwrap(sdk.liveChange({ path: { view_id: viewId }, body: { tiles: wallTiles(tiles) } })),

  approvePicture: (key: number) => unwrap(sdk.camerasApprovePicture({ path: { camera_key: key } })),
  recordingDay: (key: string, when: { day?: string; at?: string }) =>
    timed(unwrap(sdk.recordingsDay({ path: { camera_key: Number(key) }, query: when }))),
  /** The answer goes on as long as it is read, and no faster. */
  playRecording: (key: number, body: PlayRequest, signal: AbortSignal) =>
    streamed(`/api/v1/recordings/${key}/play`, body, signal),

  orders: (filters: OrderFilters, cursor: string | null) =>
    timed(
      unwrap(
        sdk.ordersList({
          query: {
            state: [...STATES_OF[filters.column]],
            overdue: filters.column === "overdue",
            mine: filters.mine,
            school_id: filters.schoolIds,
            risk: filters.risks,
            subject: filters.subjects,
            ...(cursor ? { cursor } : {}),
            limit: PAGE_SIZE,
          },
        }),
      ),
    ),
  orderCounts: async () => (await unwrap(sdk.ordersList({ query: { limit: 1 } }))).counts,
  order: (id: number) => unwrap(sdk.ordersGet({ path: { order_id: id } })),
  /** The order an alert is in; null if it is in none. */
  orderOfAlert: async (alertId: string) =>
    (await unwrap(sdk.ordersList({ query: { alert_id: alertId, limit: 1 } }))).items[0] ?? null,
  proposeOrder: (alertId: string) =>
    unwrap(sdk.ordersPropose({ path: { alert_id: alertId } })),
  createOrder: (order: OrderCreate) => unwrap(sdk.ordersCreate({ body: order })),
  commentOrder: (id: number, note: string) =>
    unwrap(sdk.ordersComment({ path: { order_id: id }, body: { note } })),
  assignOrder: ({ order_id, version }: OrderVersion, body: OrderAssign) =>
    unwrap(sdk.ordersAssign({ path: { order_id }, headers: ifMatch(version), body })),
  feedbackOrder: ({ order_id, version }: OrderVersion, note: string) =>
    unwrap(sdk.ordersFeedback({ path: { order_id }, headers: ifMatch(version), body: { note } })),
  beginOrder: ({ order_id, version }: OrderVersion) =>
    unwrap(sdk.ordersBegin({ path: { order_id }, headers: ifMatch(version) })),
  /** Asked again with the same key it is answered the same, and done once. */
  submitOrder: ({ order_id, version }: OrderVersion, note: string, key: string) =>
    unwrap(
      sdk.ordersSubmit({
        path: { order_id },
        headers: { ...ifMatch(version), "Idempotency-Key": key },
        body: { note },
      }),
    ),
  addPhotograph: (orderId: number, jpeg: ArrayBuffer, key: string) =>
    sendFile<PhotographView>(`/api/v1/order-photographs/${orderId}`, jpeg, {
      "Content-Type": "image/jpeg",
      "Idempotency-Key": key,
    }),
  inspections: (query: InspectionsListData["query"]) =>
    timed(unwrap(sdk.inspectionsList({ query: query ?? {} }))),
  inspection: (id: number) =>
    timed(unwrap(sdk.inspectionsGet({ path: { inspection_id: id } }))),
  askPaper: (formId: number, body: PaperRequest) =>
    unwrap(sdk.inspectionPapersAsk({ path: { inspection_id: formId }, body })),
  paper: (formId: number, reportId: number) =>
    unwrap(
      sdk.inspectionPapersGet({ path: { inspection_id: formId, report_id: reportId } }),
    ),
  addFormPhotograph: (formId: number, itemId: number, jpeg: ArrayBuffer) =>
    sendFile<InspectionPhotographView>(`/api/v1/inspection-photographs/${formId}/${itemId}`, jpeg, {
      "Content-Type": "image/jpeg",
    }),
  answerForm: ({ id, version }: { id: number; version: number }, answers: ItemAnswer[]) =>
    unwrap(
      sdk.inspectionsAnswer({
        path: { inspection_id: id },
        headers: ifMatch(version),
        body: { answers },
      }),
    ),
  signForm: ({ id, version }: { id: number; version: number }, signer: string) =>
    unwrap(
      sdk.inspectionsSign({
        path: { inspection_id: id },
        headers: ifMatch(version),
        body: { signer },
      }),
    ),
  giveForm: ({ id, version }: { id: number; version: number }, username: string | null) =>
    unwrap(
      sdk.inspectionsGive({
        path: { inspection_id: id },
        headers: ifMatch(version),
        body: { username },
      }),
    ),
  inspectionTable: (kind: InspectionKind, subject: InspectionSubject) =>
    timed(unwrap(sdk.inspectionsTable({ query: { kind, subject } }))),
  inspectionPlans: () => unwrap(sdk.inspectionPlansList()),
  createInspectionPlan: (body: InspectionPlanCreate) =>
    unwrap(sdk.inspectionPlansCreate({ body })),
  endInspectionPlan: (id: number) => unwrap(sdk.inspectionPlansEnd({ path: { plan_id: id } })),
  hazards: (filters: HazardFilters, cursor: string | null) =>
    timed(unwrap(sdk.hazardsList({ query: { ...filters, ...(cursor ? { cursor } : {}) } }))),
  returnOrder: ({ order_id, version }: OrderVersion, note: string) =>
    unwrap(sdk.ordersReturn({ path: { order_id }, headers: ifMatch(version), body: { note } })),
  closeOrder: ({ order_id, version }: OrderVersion) =>
    unwrap(sdk.ordersClose({ path: { order_id }, headers: ifMatch(version) })),
  reopenOrder: ({ order_id, version }: OrderVersion, note: string) =>
    unwrap(sdk.ordersReopen({ path: { order_id }, headers: ifMatch(version), body: { note } })),
  mergeOrders: ({ order_id, version }: OrderVersion, orders: OrderVersion[]) =>
    unwrap(sdk.ordersMerge({ path: { order_id }, headers: ifMatch(version), body: { orders } })),
  splitOrder: ({ order_id, version }: OrderVersion, source_ids: number[]) =>
    unwrap(
      sdk.ordersSplit({ path: { order_id }, headers: ifMatch(version), body: { source_ids } }),
    ),
  duties: () => unwrap(sdk.dutiesList()),
  assignees: (schoolId: string) =>
    unwrap(sdk.assigneesList({ path: { school_id: schoolId } })),
  putDuty: (schoolId: string, subject: OrderSubject, username: string | null) =>
    unwrap(sdk.dutiesPut({ path: { school_id: schoolId, subject }, body: { username } })),

  savedFilters: async () => (await unwrap(sdk.savedFiltersList())).items,
  saveFilter: (name: string, filter: QueueFilter | BoardFilter) =>
    unwrap(sdk.savedFiltersCreate({ body: { name, filter } })),
  renameFilter: (id: number, name: string) =>
    unwrap(sdk.savedFiltersPut({ path: { filter_id: id }, body: { name } })),
  deleteFilter: (id: number) => unwrap(sdk.savedFiltersDelete({ path: { filter_id: id } })),

  cameras: () => timed(unwrap(sdk.camerasList())),
  rules: () => timed(unwrap(sdk.rulesList())),
  retention: () => timed(unwrap(sdk.complianceRetention())),
  recovered: (schoolId: string) =>
    unwrap(sdk.complianceRecovered({ path: { school_id: schoolId } })),
  retentionOf: (cameraKey: number) =>
    unwrap(sdk.complianceRetentionGet({ path: { camera_key: cameraKey } })),
  compliance: () => timed(unwrap(sdk.complianceSchools())),
  complianceOf: (schoolId: string, days: number) =>
    timed(unwrap(sdk.complianceSchool({ path: { school_id: schoolId }, query: { days } }))),
  schoolDay: (schoolId: string, day: string) =>
    unwrap(sdk.complianceSchoolDay({ path: { school_id: schoolId, day } })),
  cameraDay: (cameraKey: number, day: string) =>
    unwrap(sdk.complianceCameraDay({ path: { camera_key: cameraKey, day } })),
  overrides: (schoolId: string) =>
    unwrap(sdk.complianceOverrides({ path: { school_id: schoolId } })),
  createOverride: (schoolId: string, body: OverrideCreate) =>
    unwrap(sdk.complianceOverridesCreate({ path: { school_id: schoolId }, body })),
  withdrawOverride: (schoolId: string, overrideId: number) =>
    unwrap(
      sdk.complianceOverridesWithdraw({ path: { school_id: schoolId, override_id: overrideId } }),
    ),
  judgements: () => unwrap(sdk.complianceJudgements()),
  judgeAgain: (body: JudgementCreate) => unwrap(sdk.complianceJudgementsCreate({ body })),
  coverage: () => timed(unwrap(sdk.coverage())),
  coverageOf: (schoolId: string) =>
    timed(unwrap(sdk.coverageGet({ path: { school_id: schoolId } }))),
  floorPlans: (schoolId: string) =>
    timed(unwrap(sdk.floorPlansList({ path: { school_id: schoolId } }))),
  addFloorPlan: (schoolId: string, title: { title_zh: string; title_en: string }, picture: File) =>
    sendFile<FloorPlanView>(
      `${planPictures(schoolId)}?${new URLSearchParams({ title_zh: title.title_zh, title_en: title.title_en })}`,
      picture,
      contentType(picture),
    ),
  putFloorPlanPicture: (schoolId: string, { id, version }: PlanVersion, picture: File) =>
    sendFile<FloorPlanView>(
      `${planPictures(schoolId)}/${id}`,
      picture,
      { ...contentType(picture), ...ifMatch(version) },
      "PUT",
    ),
  putFloorPlan: (schoolId: string, { id, version }: PlanVersion, body: FloorPlanWrite) =>
    unwrap(
      sdk.floorPlansPut({
        path: { school_id: schoolId, plan_id: id },
        headers: ifMatch(version),
        body,
      }),
    ),
  deleteFloorPlan: (schoolId: string, { id, version }: PlanVersion) =>
    unwrap(
      sdk.floorPlansDelete({
        path: { school_id: schoolId, plan_id: id },
        headers: ifMatch(version),
      }),
    ),
  exams: () => unwrap(sdk.examsList()),
  exam: (id: number) => unwrap(sdk.examsGet({ path: { exam_id: id } })),
  createExam: (body: ExamCreate) => unwrap(sdk.examsCreate({ body })),
  importExam: (id: number, file: Blob) =>
    sendFile<ExamImportReport>(`/api/v1/exams/${id}/import`, file, { "Content-Type": WORKBOOK }),
  putRoster: (id: number, sessionId: number, usernames: string[]) =>
    unwrap(sdk.examsRoster({ path: { exam_id: id, session_id: sessionId }, body: { usernames } })),
  putPresent: (sittingId: number, present: number | null) =>
    unwrap(sdk.examSittingsPresent({ path: { sitting_id: sittingId }, body: { present } })),
  orderSitting: (sittingId: number, dueAt: string) =>
    unwrap(sdk.examSittingsOrder({ path: { sitting_id: sittingId }, body: { due_at: dueAt } })),
  examFacts: (sittingId: number) => unwrap(sdk.examSittingsFacts({ path: { sitting_id: sittingId } })),
  noteSeal: (sittingId: number, body: SealWrite) =>
    unwrap(sdk.examSittingsSeal({ path: { sitting_id: sittingId }, body })),
  tellShowings: (id: number, sessionId: number, showings: ShowingWrite[]) =>
    unwrap(
      sdk.examShowingsTell({ path: { exam_id: id, session_id: sessionId }, body: { showings } }),
    ),
  examShowings: (sittingId: number) =>
    unwrap(sdk.examSittingsShowings({ path: { sitting_id: sittingId } })),
  examKept: (sittingId: number) => unwrap(sdk.examSittingsKept({ path: { sitting_id: sittingId } })),
  examHolds: () => unwrap(sdk.examHoldsList()),
  examReleases: () => unwrap(sdk.examReleasesList()),
  orderPackage: (sittingId: number) =>
    unwrap(sdk.examSittingsPackage({ path: { sitting_id: sittingId } })),
  orderPackages: (id: number, sessionId: number) =>
    unwrap(sdk.examSessionsPackages({ path: { exam_id: id, session_id: sessionId } })),
  holdSitting: (sittingId: number, body: HoldWrite) =>
    unwrap(sdk.examSittingsHold({ path: { sitting_id: sittingId }, body })),
  holdSession: (id: number, sessionId: number, body: HoldWrite) =>
    unwrap(sdk.examSessionsHold({ path: { exam_id: id, session_id: sessionId }, body })),
  changeHold: (holdId: number, body: HoldWrite) =>
    unwrap(sdk.examHoldsChange({ path: { hold_id: holdId }, body })),
  liftHold: (holdId: number, reason: string) =>
    unwrap(sdk.examHoldsLift({ path: { hold_id: holdId }, body: { reason } })),
  askRelease: (packageKey: number, recipient: string, reason: string) =>
    unwrap(sdk.examPackagesRelease({ path: { package_key: packageKey }, body: { recipient, reason } })),
  decideRelease: (releaseId: number, agrees: boolean, reason: string) =>
    unwrap(sdk.examReleasesDecide({ path: { release_id: releaseId }, body: { agrees, reason } })),
  /** All rows; or these alone. */
  examTable: (id: number, sessionId: number, only?: readonly number[]) =>
    timed(
      unwrap(
        sdk.examsTable({
          path: { exam_id: id, session_id: sessionId },
          ...(only ? { query: { sitting: [...only] } } : {}),
        }),
      ),
    ),
  precision: (filters: PrecisionFilters) =>
    timed(unwrap(sdk.precisionReport({ query: filters }))),
  precisionBehind: (filters: PrecisionFilters, behind: PrecisionBehind, cursor: string | null) =>
    unwrap(
      sdk.precisionAlerts({
        query: {
          ...filters,
          ...behind,
          ...(cursor ? { cursor } : {}),
        },
      }),
    ),
  reports: (cursor: string | null) =>
    unwrap(sdk.reportsList({ query: { ...(cursor ? { cursor } : {}), limit: PAGE_SIZE } })),
  askReport: (body: ReportRequest) => unwrap(sdk.reportsAsk({ body })),
  reportSchedules: () => unwrap(sdk.reportSchedulesList()),
  scheduleReport: (body: ScheduleWrite) => unwrap(sdk.reportSchedulesCreate({ body })),
  pauseSchedule: (id: number, is_paused: boolean) =>
    unwrap(sdk.reportSchedulesPause({ path: { schedule_id: id }, body: { is_paused } })),
  runSchedule: (id: number) => unwrap(sdk.reportSchedulesRun({ path: { schedule_id: id } })),
  deleteSchedule: (id: number) => unwrap(sdk.reportSchedulesDelete({ path: { schedule_id: id } })),
  verifyReport: (how: { code: string } | { sha256: string }) =>
    unwrap(sdk.reportsVerify({ query: how })),
  health: () => unwrap(sdk.healthGet()),
  users: () => unwrap(sdk.usersList()),
  schools: () => unwrap(sdk.schoolsList()),
  changeUser: (username: string, body: UserWrite) =>
    unwrap(sdk.usersPut({ path: { username }, body })),

  allSchools: () => unwrap(sdk.schoolsList({ query: { closed: true } })),
  createSchool: (school: SchoolCreate) => unwrap(sdk.schoolsCreate({ body: school })),
  putSchool: (id: string, school: SchoolWrite) =>
    unwrap(sdk.schoolsPut({ path: { school_id: id }, body: school })),
  closeSchool: (id: string) => unwrap(sdk.schoolsClose({ path: { school_id: id } })),
  reopenSchool: (id: string) => unwrap(sdk.schoolsReopen({ path: { school_id: id } })),
  bureau: () => unwrap(sdk.bureauGet()),
  putBureau: (names: BureauWrite) => unwrap(sdk.bureauPut({ body: names })),
  communities: () => unwrap(sdk.communitiesList()),
  createCommunity: (community: CommunityCreate) =>
    unwrap(sdk.communitiesCreate({ body: community })),
  putCommunity: (id: string, names: CommunityWrite) =>
    unwrap(sdk.communitiesPut({ path: { community_id: id }, body: names })),
  closeCommunity: (id: string) => unwrap(sdk.communitiesDelete({ path: { community_id: id } })),
  places: (id: string) => unwrap(sdk.placesList({ path: { school_id: id } })),
  createPlace: (id: string, place: PlaceWrite) =>
    unwrap(sdk.placesCreate({ path: { school_id: id }, body: place })),
  putPlace: (id: string, placeId: number, place: PlaceWrite) =>
    unwrap(sdk.placesPut({ path: { school_id: id, place_id: placeId }, body: place })),
  deletePlace: (id: string, placeId: number) =>
    unwrap(sdk.placesDelete({ path: { school_id: id, place_id: placeId } })),
  register: () => timed(unwrap(sdk.registerList())),
  record: (key: number) => unwrap(sdk.registerGet({ path: { camera_key: key } })),
  putRecord: (key: number, record: RecordWrite) =>
    unwrap(sdk.registerPut({ path: { camera_key: key }, body: record })),
  sendWorkbook,

  boxes: () => timed(unwrap(sdk.boxesList())),
  createBox: (box: BoxCreate) => unwrap(sdk.boxesCreate({ body: box })),
  giveBoxCode: (id: number) => unwrap(sdk.boxesCode({ path: { box_id: id } })),
  revokeBox: (id: number) => unwrap(sdk.boxesRevoke({ path: { box_id: id } })),
  takeOver: (boxId: number, cameraKey: number) =>
    unwrap(sdk.boxesTakeOver({ path: { box_id: boxId, camera_key: cameraKey } })),

  configuration: (boxId: number) =>
    timed(unwrap(sdk.configurationsGet({ path: { box_id: boxId } }))),
  configurationVersion: (boxId: number, number: number, against: number | null = null) =>
    unwrap(
      sdk.configurationsVersion({
        path: { box_id: boxId, number },
        query: against === null ? {} : { against },
      }),
    ),
  compareConfiguration: (boxId: number, text: string, against: number | null) =>
    unwrap(sdk.configurationsCompare({ path: { box_id: boxId }, body: { text, against } })),
  saveConfiguration: (boxId: number, seen: number, body: VersionWrite) =>
    unwrap(sdk.configurationsSave({ path: { box_id: boxId }, body, headers: ifMatch(seen) })),
  restoreConfiguration: (boxId: number, seen: number, number: number, reason: string) =>
    unwrap(
      sdk.configurationsRestore({
        path: { box_id: boxId, number },
        body: { reason },
        headers: ifMatch(seen),
      }),
    ),

  credentials: (boxId: number) =>
    timed(unwrap(sdk.credentialsGet({ path: { box_id: boxId } }))),
  allowBoxKey: (boxId: number, key: string) =>
    unwrap(sdk.credentialsAllowKey({ path: { box_id: boxId }, body: { key } })),
  setCredential: (boxId: number, body: CredentialWrite) =>
    unwrap(sdk.credentialsPut({ path: { box_id: boxId }, body })),
  previewRules: (cameraKey: number, body: PreviewRequest) =>
    unwrap(sdk.camerasPreview({ path: { camera_key: cameraKey }, body })),
  cameraSetup: (boxId: number, cameraId: string) =>
    unwrap(sdk.configurationsCamera({ path: { box_id: boxId, camera_id: cameraId } })),
  editCamera: (boxId: number, cameraId: string, body: CameraRulesEdit) =>
    unwrap(sdk.configurationsEditCamera({ path: { box_id: boxId, camera_id: cameraId }, body })),
  saveCamera: (boxId: number, cameraId: string, body: CameraRulesWrite) =>
    unwrap(sdk.configurationsSaveCamera({ path: { box_id: boxId, camera_id: cameraId }, body })),

  boxSettings: (boxId: number) => unwrap(sdk.configurationsSettings({ path: { box_id: boxId } })),
  editBoxSettings: (boxId: number, body: SettingsEdit) =>
    unwrap(sdk.configurationsEditSettings({ path: { box_id: boxId }, body })),

  firstHour: (boxId: number | null) =>
    timed(unwrap(sdk.firstHourGet({ query: boxId === null ? {} : { box_id: boxId } }))),
  previewRuleSet: (body: RuleSetRequest) => unwrap(sdk.ruleSetsPreview({ body })),
  applyRuleSet: (body: RuleSetApply) => unwrap(sdk.ruleSetsApply({ body })),

  discovery: (boxId: number) => timed(unwrap(sdk.discoveryGet({ path: { box_id: boxId } }))),
  beginDiscovery: (boxId: number, body: ScanStart) =>
    unwrap(sdk.discoveryBegin({ path: { box_id: boxId }, body })),
  stopDiscovery: (boxId: number) => unwrap(sdk.discoveryStop({ path: { box_id: boxId } })),

  accessLog: (filters: AccessFilters, cursor: string | null) =>
    unwrap(sdk.auditList({ query: { ...filters, ...(cursor ? { cursor } : {}), limit: 50 } })),
  chain: () => unwrap(sdk.auditChain()),
  checkChain: () => unwrap(sdk.auditCheck()),

  requests: (filters: RequestFilters, cursor: string | null) =>
    timed(unwrap(sdk.privacyRequestsList({ query: { ...filters, ...(cursor ? { cursor } : {}) } }))),
  createRequest: (request: RequestCreate) => unwrap(sdk.privacyRequestsCreate({ body: request })),
  putRequest: (id: number, body: RequestWrite) =>
    unwrap(sdk.privacyRequestsPut({ path: { request_id: id }, body })),
  decideRequest: (id: number, step: "answer" | "refuse", outcome: string) => {
    const told = { path: { request_id: id }, body: { outcome } };
    return unwrap(step === "answer" ? sdk.privacyRequestsAnswer(told) : sdk.privacyRequestsRefuse(told));
  },
  assessments: (school: string | null) =>
    unwrap(sdk.privacyAssessmentsList({ query: school ? { school_id: [school] } : {} })),
  createAssessment: (body: AssessmentCreate) => unwrap(sdk.privacyAssessmentsCreate({ body })),
  endAssessment: (id: number, day: string) =>
    unwrap(sdk.privacyAssessmentsEnd({ path: { assessment_id: id }, body: { ended_on: day } })),

  meetings: () => unwrap(sdk.meetingsList()),
  meetingEngine: () => unwrap(sdk.meetingsEngine()),
  meeting: (id: number) => unwrap(sdk.meetingsGet({ path: { meeting_id: id } })),
  meetingCandidates: (schoolId: string | null) =>
    unwrap(sdk.meetingsCandidates({ query: schoolId ? { school_id: schoolId } : {} })),
  callMeeting: (body: MeetingCreate) => unwrap(sdk.meetingsCreate({ body })),
  inviteToMeeting: (id: number, usernames: string[]) =>
    unwrap(sdk.meetingsInvite({ path: { meeting_id: id }, body: { usernames } })),
  admitToMeeting: (id: number, guest: string) =>
    unwrap(sdk.meetingsAdmit({ path: { meeting_id: id, guest } })),
  removeFromMeeting: (id: number, guest: string) =>
    unwrap(sdk.meetingsRemove({ path: { meeting_id: id, guest } })),
  endMeeting: (id: number) => unwrap(sdk.meetingsEnd({ path: { meeting_id: id } })),
  meetingTicket: (id: number) => unwrap(sdk.meetingsTicket({ path: { meeting_id: id } })),
  enterMeeting: (id: number, ticket: string) =>
    unwrap(sdk.meetingsEnter({ path: { meeting_id: id }, body: { ticket } })),
  leaveMeeting: (id: number, entryId: number) =>
    unwrap(sdk.meetingsLeave({ path: { meeting_id: id, entry_number: entryId } })),
  signalMeeting: (id: number, entryId: number, body: MeetingSignal) =>
    unwrap(sdk.meetingsSignal({ path: { meeting_id: id, entry_number: entryId }, body })),
  meetingEvents: (id: number, entryId: number) =>
    unwrap(sdk.meetingsEvents({ path: { meeting_id: id, entry_number: entryId } })),

  jobs: (cursor: string | null) =>
    unwrap(sdk.jobsList({ query: { state: "failed", ...(cursor ? { cursor } : {}) } })),
  noticeChannels: () => unwrap(sdk.noticeChannelsList()),
  createNoticeChannel: (body: ChannelCreate) => unwrap(sdk.noticeChannelsCreate({ body })),
  putNoticeChannel: (id: number, body: ChannelWrite) =>
    unwrap(sdk.noticeChannelsPut({ path: { channel_id: id }, body })),
  deleteNoticeChannel: (id: number) =>
    unwrap(sdk.noticeChannelsDelete({ path: { channel_id: id } })),
  testNoticeChannel: (id: number) => unwrap(sdk.noticeChannelsTest({ path: { channel_id: id } })),
  noticeRules: () => unwrap(sdk.noticeRulesList()),
  createNoticeRule: (body: NoticeRuleWrite) => unwrap(sdk.noticeRulesCreate({ body })),
  putNoticeRule: (id: number, body: NoticeRuleWrite) =>
    unwrap(sdk.noticeRulesPut({ path: { rule_id: id }, body })),
  deleteNoticeRule: (id: number) => unwrap(sdk.noticeRulesDelete({ path: { rule_id: id } })),
  noticeLog: (state: NoticeState | null, cursor: string | null) =>
    unwrap(
      sdk.noticesList({ query: { ...(state ? { state } : {}), ...(cursor ? { cursor } : {}) } }),
    ),
  retryJob: (id: number) => unwrap(sdk.jobsRetry({ path: { job_id: id } })),
  discardJob: (id: number) => unwrap(sdk.jobsDiscard({ path: { job_id: id } })),
  disableUser: (username: string) => unwrap(sdk.usersDisable({ path: { username } })),
  enableUser: (username: string) => unwrap(sdk.usersEnable({ path: { username } })),
  resetPassword: (username: string) => unwrap(sdk.usersResetPassword({ path: { username } })),
  sessionsOf: (username: string) => unwrap(sdk.usersSessions({ path: { username } })),
  endSessionsOf: (username: string) => unwrap(sdk.usersEndSessions({ path: { username } })),
  createUser: (user: UserCreate) => unwrap(sdk.usersCreate({ body: user })),
};
