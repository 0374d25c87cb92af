/** Sends a request to the server of the demo. */
export async function send<T = any>(path: string, body?: object): Promise<T> {
  const response = await fetch(path, body && { method: 'POST', body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
}
