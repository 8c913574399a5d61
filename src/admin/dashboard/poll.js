// poll - asks again and again, at a bounded cost: one request at a time, none while the page is not looked at, and ever
// more rarely while it fails.

const SLOWEST_MS = 30000;

export class Poll {
  /** `ask` is awaited; `failed` gets what it throws and in how many ms it is tried again, and null when it is well. */
  constructor(period, ask, failed) {
    Object.assign(this, {period, ask, failed, wait: period, timer: 0, running: false, again: false, ended: false});
    this.onVisible = () => {
      if (!document.hidden) this.now();
    };
    document.addEventListener('visibilitychange', this.onVisible);
    this.now();
  }

  async now() {
    clearTimeout(this.timer);
    if (this.running || this.ended || document.hidden) {
      this.again = this.running; // what is under way may be older than what was asked for; hidden, onVisible goes on
      return;
    }
    this.running = true;
    this.again = false;
    try {
      await this.ask();
      this.wait = this.period;
      if (!this.ended) this.failed(null, 0);
    } catch (problem) {
      this.wait = Math.min(SLOWEST_MS, Math.max(this.period, this.wait) * 1.5);
      if (!this.ended) this.failed(problem, this.wait);
    }
    this.running = false;
    if (!this.ended && !document.hidden) this.timer = setTimeout(() => this.now(), this.again ? 0 : this.wait);
  }

  end() {
    this.ended = true;
    clearTimeout(this.timer);
    document.removeEventListener('visibilitychange', this.onVisible);
  }
}
