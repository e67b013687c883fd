import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { ApiFailure } from '../../src/client/http.js';
import { App } from './app.js';
import './styles/base.css';
import './styles/parts.css';
import './styles/pages.css';
import './styles/recording.css';
import { applyTheme, savedTheme } from './theme.js';
import { ToastHost } from './ui/toast.js';

/** Only what may be different the next time is tried again. */
const isPassing = (error: Error): boolean =>
  error instanceof ApiFailure && (error.status === 0 || error.status >= 500);

const queries = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 5000, retry: (count, error) => count < 2 && isPassing(error), retryDelay: 700 },
  },
});

// After a new version the parts of the old one are gone: the page is loaded again, once.
window.addEventListener('vite:preloadError', (event) => {
  if (sessionStorage.getItem('leibniz.reloaded') !== null) return;
  sessionStorage.setItem('leibniz.reloaded', '1');
  event.preventDefault();
  location.reload();
});

applyTheme(savedTheme());

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no place for the console');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Router base="/console">
        <ToastHost>
          <App />
        </ToastHost>
      </Router>
    </QueryClientProvider>
  </StrictMode>,
);
