import { AudioInputDevice, AudioVideoFacade, VideoInputDevice } from 'amazon-chime-sdk-js';

/**
 * What the user sends: microphone, camera and content. Nothing is sent, and no device is used, until the user may send.
 *
 * What does not work in the library:
 * - A reconnect demotes, and ends the camera and the content (amazon-chime-sdk-js #2893). They start again when the user
 *   may send again.
 * - Only a promoted attendee can share content (#2175), so it starts after the promotion.
 * - The library stops the tracks that it was given. It gets copies, so that they can be sent again.
 */
export class Sending {
  private microphone?: AudioInputDevice;
  private camera?: VideoInputDevice;
  private content?: MediaStream;
  private allowed = false;
  private hasRoomForVideo = false;
  private isShared = false;
  private audioVideo?: AudioVideoFacade;

  /** A session has started. It can send nothing yet. */
  attach(audioVideo: AudioVideoFacade): void {
    this.audioVideo = audioVideo;
    this.allowed = false;
    this.hasRoomForVideo = false;
    this.isShared = false;
  }

  /** Allows the user to send, also again after an interruption, or forbids it. */
  async allow(allowed: boolean): Promise<void> {
    this.allowed = allowed;
    await Promise.all([this.sendAudio(), this.sendVideo(), this.sendContent()]);
  }

  /** The session announced whether it has room for another video: after a promotion, or when another user stops. */
  async setRoomForVideo(hasRoom: boolean): Promise<void> {
    this.hasRoomForVideo = hasRoom;
    if (hasRoom) await this.sendVideo();
  }

  /** The library has started or stopped the content. */
  setShared(isShared: boolean): void {
    this.isShared = isShared;
  }

  async useMicrophone(device: AudioInputDevice | undefined): Promise<void> {
    this.microphone = device;
    await this.sendAudio();
  }

  async useCamera(device: VideoInputDevice | undefined): Promise<void> {
    this.camera = device;
    await this.sendVideo();
  }

  async useContent(stream: MediaStream | undefined): Promise<void> {
    this.content = stream;
    for (const track of stream?.getTracks() ?? []) {
      // The user has stopped sharing in the browser.
      track.addEventListener('ended', () => {
        if (this.content === stream) void this.useContent(undefined);
      });
    }
    await this.sendContent();
  }

  private async sendAudio(): Promise<void> {
    if (this.allowed && this.microphone) await this.audioVideo?.startAudioInput(copyOf(this.microphone));
    else await this.audioVideo?.stopAudioInput();
  }

  private async sendVideo(): Promise<void> {
    const { audioVideo, camera } = this;
    if (this.allowed && camera) {
      if (!this.hasRoomForVideo || audioVideo!.hasStartedLocalVideoTile()) return;
      await audioVideo!.startVideoInput(copyOf(camera));
      if (this.allowed && this.camera) audioVideo!.startLocalVideoTile();
    } else if (audioVideo) {
      audioVideo.stopLocalVideoTile();
      await audioVideo.stopVideoInput();
    }
  }

  private async sendContent(): Promise<void> {
    if (this.allowed && this.content && !this.isShared) {
      this.isShared = true;
      await this.audioVideo!.startContentShare(this.content.clone());
    } else if (!this.content && this.isShared) {
      this.audioVideo!.stopContentShare();
    }
  }
}

function copyOf<D>(device: D): D | MediaStream {
  return device instanceof MediaStream ? device.clone() : device;
}
