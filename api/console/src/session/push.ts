/* This browser as one that is told: woken without a text, for as long as somebody is signed in. */
import { api } from "../http/api";

const WHOSE = "mingan.push";

/** Whether this browser could be one; over plain HTTP none is. */
export function canPush(): boolean {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

/** Base64 for addresses as the bytes it stands for. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (each) => each.charCodeAt(0));
}

async function subscribed(key: string): Promise<string> {
  const { pushManager } = await navigator.serviceWorker.ready;
  const wanted = bytesOf(key);
  const found = await pushManager.getSubscription();
  const given = found?.options.applicationServerKey;
  const fits = given && new Uint8Array(given).every((each, place) => each === wanted[place]);
  if (found && !fits) await found.unsubscribe();
  const options = { userVisibleOnly: true, applicationServerKey: wanted };
  return (found && fits ? found : await pushManager.subscribe(options)).endpoint;
}

/** Have this browser told; asks the person, who may refuse. */
export async function turnOn(key: string, username: string): Promise<void> {
  if ((await Notification.requestPermission()) !== "granted") throw new Error("refused");
  await api.putPush(await subscribed(key));
  window.localStorage.setItem(WHOSE, username);
}

/** The same for a new session of whoever turned it on here; of nobody else. */
export async function renew(username: string): Promise<void> {
  if (!canPush() || Notification.permission !== "granted") return;
  if (window.localStorage.getItem(WHOSE) !== username) return;
  const { key, browsers } = await api.push();
  if (key === null || browsers.some(({ is_current }) => is_current)) return;
  await api.putPush(await subscribed(key));
}

/** Tell this browser no more. */
export async function turnOff(): Promise<void> {
  window.localStorage.removeItem(WHOSE);
  await api.deletePush();
  const registration = await navigator.serviceWorker.getRegistration();
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}
