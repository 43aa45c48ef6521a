/* A channel as its form holds it, and as it is sent. */
import type { ChannelCreate, ChannelKind, ChannelView, MailSecurity } from "../http/types";

export interface ChannelFields {
  kind: ChannelKind;
  name: string;
  school_id?: string | undefined;
  language: "zh" | "en";
  is_enabled: boolean;
  per_minute: number;
  url?: string;
  secret?: string;
  host?: string | undefined;
  port?: number | null | undefined;
  security: MailSecurity;
  username?: string | undefined;
  password?: string;
  sender?: string | undefined;
  recipients: string[];
}

/** Whether it goes through a mail server. */
export function isMail(kind: ChannelKind): boolean {
  return kind === "mail" || kind === "mail_people";
}

/** What is told of the secret of a kind; null of a kind that has none. Only a webhook needs one. */
export function secretRule(kind: ChannelKind): "webhook" | "dingtalk" | "feishu" | null {
  return kind === "webhook" || kind === "dingtalk" || kind === "feishu" ? kind : null;
}

/** What the form begins with; secrets are never in it. */
export function initial(row: ChannelView | null): Partial<ChannelFields> {
  if (!row) {
    const often = { per_minute: 20, is_enabled: true } as const;
    return { kind: "wecom", language: "zh", security: "tls", recipients: [], ...often };
  }
  const { host, port, security, username, sender, recipients } = row.settings;
  const mail =
    isMail(row.kind)
      ? {
          host: host ?? undefined,
          port,
          username: username ?? undefined,
          sender: sender ?? undefined,
        }
      : {};
  const { name, language, is_enabled, per_minute } = row;
  return { name, language, is_enabled, per_minute, security, recipients, ...mail };
}

/** What is sent; a secret that was left empty stays as it is. */
export function asWrite(kind: ChannelKind, fields: ChannelFields): ChannelCreate {
  const { name, language, is_enabled, per_minute } = fields;
  const of = { kind, name, language, is_enabled, per_minute, school_id: fields.school_id ?? null };
  if (kind === "push") return { ...of, settings: {} };
  if (!isMail(kind)) {
    const url = fields.url?.trim() || null;
    return { ...of, settings: { url, secret: fields.secret?.trim() || null } };
  }
  return {
    ...of,
    settings: {
      host: fields.host?.trim() || null,
      port: fields.port ?? null,
      security: fields.security,
      username: fields.username?.trim() || null,
      password: fields.password || null,
      sender: fields.sender?.trim() || null,
      ...(kind === "mail" && { recipients: fields.recipients }),
    },
  };
}

/** A secret for a webhook, made up here. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}
