import { Segmented } from "antd";
import type { ReactNode } from "react";

import styles from "./ListBar.module.css";
import { Refresh, type Reading } from "./Refresh";

interface BarProps {
  /** The page's name, for who hears it. */
  title: string;
  query: Reading;
  /** What narrows the list. */
  children: ReactNode;
  /** What can be done with the list as it is. */
  actions?: ReactNode;
}

/** Stays above a list: what narrows it, and as of when it is true. */
export function ListBar({ title, query, children, actions }: BarProps) {
  return (
    <header className={styles.bar}>
      <h1 className="visually-hidden">{title}</h1>
      {children}
      <div className={styles.end}>
        <Refresh query={query} />
        {actions}
      </div>
    </header>
  );
}

interface TabsProps<T extends string> {
  value: T;
  tabs: readonly { value: T; name: string; count: number }[];
  onChange: (value: T) => void;
  testId: string;
}

/** One of several views of a list, with how many rows each has. */
export function CountedTabs<T extends string>({ value, tabs, onChange, testId }: TabsProps<T>) {
  return (
    <Segmented<T>
      size="small"
      value={value}
      onChange={onChange}
      options={tabs.map((tab) => ({
        value: tab.value,
        label: (
          <span>
            {tab.name} <span className={styles.count}>{tab.count}</span>
          </span>
        ),
      }))}
      data-testid={testId}
    />
  );
}
