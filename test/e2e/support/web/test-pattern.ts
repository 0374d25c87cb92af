const WIDTH = 320;
const HEIGHT = 180;
const FRAME_MS = 1000 / 15;

/** A camera that shows one color, perhaps with a text, and a moving line, so that every frame is different. */
export function cameraOf(color: string, text = ''): MediaStream {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext('2d')!;
  context.font = 'bold 48px sans-serif';
  context.textAlign = 'center';
  let frame = 0;
  const draw = () => {
    context.fillStyle = color;
    context.fillRect(0, 0, WIDTH, HEIGHT);
    context.fillStyle = 'white';
    context.fillText(text, WIDTH / 2, HEIGHT - 20);
    context.fillStyle = 'black';
    context.fillRect((frame++ * 4) % WIDTH, 0, 4, 20);
  };
  draw();
  setInterval(draw, FRAME_MS);
  return canvas.captureStream();
}

/** A microphone that hears one tone. */
export function microphoneOf(frequency: number, context: AudioContext): MediaStream {
  const tone = new OscillatorNode(context, { frequency });
  const output = new MediaStreamAudioDestinationNode(context);
  tone.connect(new GainNode(context, { gain: 0.5 })).connect(output);
  tone.start();
  return output.stream;
}
