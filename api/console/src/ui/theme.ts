import { theme as antd, type ThemeConfig } from "antd";

export type ThemeName = "light" | "dark";

const FONT = `-apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", "Helvetica Neue", Arial, sans-serif`;

interface Palette {
  ink: string;
  onInk: string;
  surface: string;
  raised: string;
  ground: string;
  line: string;
  text: string;
  textMuted: string;
  selected: string;
  /** Of a class and of a met requirement: a colour means the same in antd's parts as in ours. */
  class1: string;
  class2: string;
  ok: string;
}

/** The values of styles/tokens.css that antd derives its own from. */
const PALETTES: Record<ThemeName, Palette> = {
  light: {
    ink: "#18222f",
    onInk: "#ffffff",
    surface: "#ffffff",
    raised: "#ffffff",
    ground: "#eef0f3",
    line: "#d5dae1",
    text: "#17202b",
    textMuted: "#4c5866",
    selected: "#e6eaf0",
    class1: "#bb1f15",
    class2: "#984900",
    ok: "#126b3c",
  },
  dark: {
    ink: "#e9edf2",
    onInk: "#10161d",
    surface: "#141a21",
    raised: "#1e262f",
    ground: "#0b0f14",
    line: "#36424f",
    text: "#e9edf2",
    textMuted: "#aeb8c4",
    selected: "#2a3541",
    class1: "#ff7b70",
    class2: "#ffab57",
    ok: "#4cc38a",
  },
};

export function antdTheme(name: ThemeName): ThemeConfig {
  const palette = PALETTES[name];
  return {
    algorithm: name === "dark" ? antd.darkAlgorithm : antd.defaultAlgorithm,
    token: {
      fontFamily: FONT,
      fontSize: 14,
      borderRadius: 6,
      controlHeight: 32,
      controlHeightSM: 26,
      colorPrimary: palette.ink,
      colorInfo: palette.ink,
      colorLink: palette.ink,
      colorBgBase: palette.surface,
      colorBgContainer: palette.surface,
      colorBgElevated: palette.raised,
      colorBgLayout: palette.ground,
      colorBorder: palette.line,
      colorBorderSecondary: palette.line,
      colorSplit: palette.line,
      colorText: palette.text,
      colorTextSecondary: palette.textMuted,
      // Of hints and labels, which antd would draw too pale to be read.
      colorTextTertiary: palette.textMuted,
      colorTextDescription: palette.textMuted,
      colorError: palette.class1,
      colorWarning: palette.class2,
      colorSuccess: palette.ok,
      controlItemBgActive: palette.selected,
      controlItemBgActiveHover: palette.selected,
      colorTextLightSolid: palette.onInk,
      colorPrimaryHover: palette.ink,
      colorPrimaryActive: palette.ink,
      colorTextPlaceholder: palette.textMuted,
      controlOutline: name === "dark" ? "rgb(233 237 242 / 18%)" : "rgb(24 34 47 / 14%)",
      motion: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
      motionDurationMid: "0.1s",
      motionDurationSlow: "0.15s",
      wireframe: false,
    },
    components: {
      // The dark algorithm would dim the ink.
      Button: {
        colorPrimary: palette.ink,
        colorPrimaryHover: palette.ink,
        colorPrimaryActive: palette.ink,
        primaryColor: palette.onInk,
        primaryShadow: "none",
        defaultShadow: "none",
        fontWeight: 500,
      },
      // Ink washed out would be a grey on which nothing can be read.
      Alert: { colorInfoBg: palette.selected, colorInfoBorder: palette.line },
      Form: { itemMarginBottom: 18, verticalLabelPadding: "0 0 4px" },
      Segmented: { itemSelectedBg: palette.ink, itemSelectedColor: palette.onInk, trackPadding: 2 },
      Tooltip: {
        colorBgSpotlight: name === "dark" ? "#e9edf2" : "#18222f",
        colorTextLightSolid: palette.onInk,
      },
      // "Disabled" is what antd calls the words of an empty table and the days of other months.
      Table: { headerBg: "transparent", cellPaddingBlockSM: 8, colorTextDisabled: palette.textMuted },
      DatePicker: { colorTextDisabled: palette.textMuted },
    },
  };
}
