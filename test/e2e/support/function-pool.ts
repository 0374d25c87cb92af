import { DeployedFunction, FunctionError } from './deployed-function';
import { FunctionName, MeetingsWorld } from './meetings-world';

/** Several processes of a function, which take turns. Lambda would start more of them, each for one call at a time. */
export class FunctionPool {
  static async start(world: MeetingsWorld, name: FunctionName, size: number): Promise<FunctionPool> {
    const processes: DeployedFunction[] = [];
    for (let count = 0; count < size; count++) processes.push(await world.another(name));
    return new FunctionPool(world, name, processes);
  }

  private turn = 0;

  private constructor(
    private readonly world: MeetingsWorld,
    private readonly name: FunctionName,
    private readonly processes: DeployedFunction[],
  ) {}

  invoke<T = any>(event: object): Promise<T> {
    return this.processes[this.turn++ % this.processes.length].invoke(event);
  }

  /** The outcome of a call: its response, or the code of its error. */
  async outcome(event: object): Promise<object | string> {
    return this.invoke(event).catch(({ errorType }: FunctionError) => errorType);
  }

  /** The names of the errors that the functions do not disclose. */
  failures(): string[] {
    const lines = this.processes.flatMap(({ log }) => log.split('\n'));
    return lines.filter((line) => line.includes('"message":"failed"')).map((line) => JSON.parse(line).error.name);
  }

  /** Kills a process with all calls that it works on. Another process takes its place. */
  async killOne(): Promise<void> {
    const successor = await this.world.another(this.name);
    this.processes.push(successor);
    this.processes.shift()!.kill();
  }
}
