import { Table } from "antd";
import type { TableProps, TableRef } from "antd/es/table";
import { useEffect, useRef } from "react";

/** A table that is scrolled sideways where it is too wide, with the keys as well. */
export function WideTable<Row extends object>(props: TableProps<Row>) {
  const table = useRef<TableRef>(null);
  useEffect(() => {
    const content = table.current?.nativeElement.querySelector<HTMLElement>(".ant-table-content");
    if (!content) return;
    // A stop of the Tab key only where there is something to scroll.
    if (content.scrollWidth > content.clientWidth) content.tabIndex = 0;
    else content.removeAttribute("tabindex");
  });
  return <Table<Row> {...props} ref={table} scroll={{ x: "max-content" }} />;
}
