import { createContext, type ReactNode, useContext } from "react";
import { useStore } from "zustand";
import { commandOf } from "../commands/all-commands";
import { isEnabled } from "../commands/command";
import type { Workbench } from "../commands/workbench";
import type { DocumentState } from "../state/document";
import type { JobsState } from "../state/jobs";
import type { ShellState } from "../state/shell";
import type { ViewState } from "../state/view";

const WorkbenchContext = createContext<Workbench | null>(null);

/** Gives the panels below it the workbench they show. */
export function WorkbenchProvider({ workbench, children }: { workbench: Workbench; children: ReactNode }) {
  return <WorkbenchContext value={workbench}>{children}</WorkbenchContext>;
}

/** Returns the workbench; throws outside of a provider. */
export function useWorkbench(): Workbench {
  const workbench = useContext(WorkbenchContext);
  if (!workbench) throw new Error("There is no workbench around this component.");
  return workbench;
}

export function useDocument<Selected>(select: (state: DocumentState) => Selected): Selected {
  return useStore(useWorkbench().document, select);
}

export function useView<Selected>(select: (state: ViewState) => Selected): Selected {
  return useStore(useWorkbench().view, select);
}

export function useJobs<Selected>(select: (state: JobsState) => Selected): Selected {
  return useStore(useWorkbench().jobs, select);
}

export function useShell<Selected>(select: (state: ShellState) => Selected): Selected {
  return useStore(useWorkbench().shell, select);
}

/** Returns a command with whether it can be run now, and how to run it. */
export function useCommand(id: string) {
  const workbench = useWorkbench();
  const command = commandOf(id);
  const check = () => isEnabled(command, workbench);
  // Whether a command can be run depends on any of the stores: each re-evaluates the predicate.
  useStore(workbench.document, check);
  useStore(workbench.jobs, check);
  useStore(workbench.shell, check);
  useStore(workbench.history, check);
  const enabled = useStore(workbench.view, check);
  return { command, enabled, run: () => void command.run(workbench) };
}
