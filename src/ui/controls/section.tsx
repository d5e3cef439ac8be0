import { ChevronRight } from "lucide-react";
import { Collapsible } from "radix-ui";
import type { ReactNode } from "react";

interface SectionProps {
  readonly title: string;
  readonly open?: boolean;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A part of a panel that folds; it starts open unless said otherwise. */
export function Section({ title, open = true, aside, children }: SectionProps) {
  return (
    <Collapsible.Root className="section" defaultOpen={open}>
      <div className="section-head">
        <Collapsible.Trigger className="section-title">
          <ChevronRight size={14} aria-hidden className="section-chevron" />
          {title}
        </Collapsible.Trigger>
        {aside}
      </div>
      <Collapsible.Content className="section-body">{children}</Collapsible.Content>
    </Collapsible.Root>
  );
}
