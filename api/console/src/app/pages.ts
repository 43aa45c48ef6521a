/* The code of each page, fetched when it is opened, or before. */
export const PAGES = {
  queue: () => import("../alerts/queue/QueuePage"),
  alert: () => import("../alerts/detail/DetailPage"),
  orders: () => import("../orders/BoardPage"),
  order: () => import("../orders/OrderPage"),
  live: () => import("../wall/WallPage"),
  cameras: () => import("../cameras/CamerasPage"),
  recordings: () => import("../recordings/RecordingPage"),
  retention: () => import("../compliance/RetentionPage"),
  rules: () => import("../rules/RulesPage"),
  account: () => import("../account/AccountPage"),
  organisation: () => import("../organisation/OrganisationPage"),
  boxes: () => import("../boxes/BoxesPage"),
  accessLog: () => import("../audit/AuditPage"),
  jobs: () => import("../jobs/JobsPage"),
  notices: () => import("../notices/NoticesPage"),
  users: () => import("../users/UsersPage"),
};
