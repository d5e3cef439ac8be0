import { CircleAlert, CircleCheck, TriangleAlert, X } from "lucide-react";
import { Toast } from "radix-ui";
import { dismissNotice, type Notice } from "../../state/shell";
import { useShell, useWorkbench } from "../workbench-context";

const ICONS = { error: CircleAlert, warning: TriangleAlert, info: CircleCheck };
/** An error stays until it is dismissed; the others go by themselves. */
const SHOWN_MS: Readonly<Record<Notice["tone"], number>> = {
  error: Number.POSITIVE_INFINITY,
  warning: 12_000,
  info: 5000,
};

/** Sentences that come up over the views, where no button lies below them: errors, warnings, what was saved. */
export function Notices() {
  const { shell } = useWorkbench();
  const notices = useShell((state) => state.notices);
  return (
    <Toast.Provider label="Message" swipeDirection="right">
      {notices.map(({ id, tone, text }) => {
        const Icon = ICONS[tone];
        return (
          <Toast.Root
            key={id}
            className={`notice ${tone}`}
            type={tone === "info" ? "background" : "foreground"}
            duration={SHOWN_MS[tone]}
            onOpenChange={(open) => !open && dismissNotice(shell, id)}
          >
            <Icon size={16} aria-hidden />
            <Toast.Description className="notice-text">{text}</Toast.Description>
            <Toast.Close className="icon-button small" aria-label="Dismiss the message">
              <X size={14} aria-hidden />
            </Toast.Close>
          </Toast.Root>
        );
      })}
      <Toast.Viewport className="notices" label="Messages ({hotkey})" />
    </Toast.Provider>
  );
}
