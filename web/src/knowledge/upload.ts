import type { MaterialView } from '../../../src/client/types.js';
import { renew } from '../api.js';

/**
 * Uploads a document to answer from.
 *
 * @param onProgress - share of the file that has gone, 0 to 1; `fetch` does not tell it
 * @throws Error in the words of the API
 */
export async function uploadMaterial(
  file: File,
  onProgress: (share: number) => void,
  title?: string,
): Promise<MaterialView> {
  const form = new FormData();
  if (title !== undefined) form.append('title', title);
  form.append('file', file);
  const first = await send(form, onProgress);
  const { status, body } = first.status === 401 && (await renew()) ? await send(form, onProgress) : first;
  if (status === 200) return body as MaterialView;
  const { error } = body as { readonly error?: { readonly message?: string } };
  throw new Error(error?.message ?? 'The file could not be sent.');
}

function send(
  form: FormData,
  onProgress: (share: number) => void,
): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/api/v1/upload-material');
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onloadend = () => resolve({ status: request.status, body: request.response ?? {} });
    request.send(form);
  });
}
