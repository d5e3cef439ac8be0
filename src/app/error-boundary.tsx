import { Component, type ReactNode } from "react";

interface ErrorBoundaryState {
  readonly error: Error | null;
}

/** Shows what went wrong instead of an empty page, and offers to begin anew. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { error: null };

  static getDerivedStateFromError(error: Error): ErrorBoundaryState {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <main className="crash" role="alert">
        <h1>The window broke</h1>
        <p>
          Your files are as they were; results that were not exported are lost. The error says:{" "}
          {error.message}
        </p>
        <button type="button" className="button primary" onClick={() => location.reload()}>
          Begin anew
        </button>
      </main>
    );
  }
}
