const COLORS: Record<string, readonly [number, number, number]> = {
  red: [255, 0, 0],
  lime: [0, 255, 0],
  blue: [0, 0, 255],
  yellow: [255, 255, 0],
  black: [0, 0, 0],
};
const FFT_SIZE = 4096;
const AUDIBLE_DECIBELS = -50;

/** The color of a video: that of the pixel in its middle. */
export function colorOf(video: HTMLVideoElement): string {
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext('2d')!;
  context.drawImage(video, video.videoWidth / 2, video.videoHeight / 2, 1, 1, 0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  const distance = ([r, g, b]: readonly number[]) => Math.hypot(r - red, g - green, b - blue);
  return Object.keys(COLORS).reduce((best, name) => (distance(COLORS[name]) < distance(COLORS[best]) ? name : best));
}

/** Resolves with a frame of the video that has the color. */
export async function seeColor(video: HTMLVideoElement, color: string): Promise<void> {
  do {
    await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
  } while (colorOf(video) !== color);
}

/** Resolves when the loudest tone has the frequency. */
export async function hearTone(element: HTMLAudioElement, frequency: number, context: AudioContext): Promise<void> {
  for (;;) {
    const stream = element.srcObject as MediaStream | null;
    if (stream && (await loudest(stream, context, () => element.srcObject !== stream, frequency))) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function loudest(stream: MediaStream, context: AudioContext, stale: () => boolean, frequency: number) {
  const analyser = new AnalyserNode(context, { fftSize: FFT_SIZE });
  const source = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
  source.connect(analyser);
  const levels = new Float32Array(analyser.frequencyBinCount);
  const width = context.sampleRate / FFT_SIZE;
  try {
    while (!stale()) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      analyser.getFloatFrequencyData(levels);
      const peak = levels.indexOf(Math.max(...levels));
      if (levels[peak] > AUDIBLE_DECIBELS && Math.abs(peak * width - frequency) < 2 * width) return true;
    }
    return false;
  } finally {
    source.disconnect();
  }
}
