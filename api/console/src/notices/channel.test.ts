import { describe, expect, it } from "vitest";

import type { ChannelView } from "../http/types";
import { asWrite, initial, newSecret, type ChannelFields } from "./channel";

const ROW: ChannelView = {
  id: 1,
  name: "mail",
  kind: "mail",
  school: null,
  language: "zh",
  is_enabled: true,
  per_minute: 20,
  settings: {
    host: "mail.test.cn",
    port: 465,
    security: "tls",
    username: "mingan",
    sender: "a@test.cn",
    recipients: ["b@test.cn"],
    secrets: ["password"],
  },
};

describe("a channel's form", () => {
  it("sends what it was given back, and no secret that was left empty", () => {
    const told = asWrite("mail", initial(ROW) as ChannelFields);
    expect(told.settings).toEqual({
      host: "mail.test.cn",
      port: 465,
      security: "tls",
      username: "mingan",
      password: null,
      sender: "a@test.cn",
      recipients: ["b@test.cn"],
    });
  });

  it("sends of mail to people no recipients: a rule's roles say who they are", () => {
    const told = asWrite("mail_people", initial({ ...ROW, kind: "mail_people" }) as ChannelFields);
    expect(told.settings).toMatchObject({ host: "mail.test.cn", sender: "a@test.cn" });
    expect(told.settings).not.toHaveProperty("recipients");
  });

  it("sends of a robot nothing that belongs to mail", () => {
    const fields = { ...initial(null), name: "x", url: " https://a.cn/x ", host: "left over" };
    const told = asWrite("wecom", fields as ChannelFields);
    expect(told.settings).toEqual({ url: "https://a.cn/x", secret: null });
  });

  it("never begins with the host of a robot as if it were a mail server", () => {
    const robot = { ...ROW, kind: "feishu" as const };
    expect(initial(robot)).not.toHaveProperty("host");
  });

  it("makes secrets of 32 bytes, each another", () => {
    const made = [newSecret(), newSecret()];
    expect(new Set(made).size).toBe(2);
    for (const each of made) expect(atob(each.replace("whsec_", ""))).toHaveLength(32);
  });
});
