import styles from "./Brand.module.css";

/** The mark: 日 and 月, the two halves of 明. */
export function BrandMark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" className={styles.mark}>
      <rect width="32" height="32" rx="8" className={styles.tile} />
      <circle cx="11.4" cy="16" r="4.8" className={styles.light} />
      <path
        d="M17.6 7.2a8.8 8.8 0 0 1 0 17.6 10.2 10.2 0 0 0 0-17.6Z"
        className={styles.light}
      />
    </svg>
  );
}

export function Brand({ size = 24, full = false }: { size?: number; full?: boolean }) {
  return (
    <span className={full ? `${styles.brand} ${styles.full}` : styles.brand}>
      <BrandMark size={size} />
      {/* The product's name is the same in both languages. */}
      <span className={styles.zh} lang="zh-CN">
        {NAME_ZH}
      </span>
      <span className={styles.en} lang="en">
        {NAME_EN}
      </span>
    </span>
  );
}

const NAME_ZH = "明安";
const NAME_EN = "Mingan";
