import { type ISdkSignalFrame, SdkSignalFrame } from 'amazon-chime-sdk-js/build/signalingprotocol/SignalingProtocol.js';

/** The first byte of each message. */
const RTC_FRAME = 0x05;

export const FrameType = SdkSignalFrame.Type;
export type Frame = Omit<ISdkSignalFrame, 'timestampMs'>;

export function encode(frame: Frame): Buffer {
  const message = SdkSignalFrame.create({ timestampMs: Date.now(), ...frame });
  return Buffer.concat([Buffer.of(RTC_FRAME), SdkSignalFrame.encode(message).finish()]);
}

export function decode(message: Buffer): SdkSignalFrame {
  if (message[0] !== RTC_FRAME) throw new Error(`The first byte of a frame is ${RTC_FRAME}, got: ${message[0]}`);
  return SdkSignalFrame.decode(message.subarray(1));
}
