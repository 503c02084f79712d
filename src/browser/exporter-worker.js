// The worker in which one export is made. It hears the task and a later "cancel" before the wasm is here, and has the
// streams that the wasm writes to: a file that somebody has chosen, or pieces that become a download.
import { start } from './wasm.js';

self.isCancelled = false;
self.task = new Promise((resolve) => {
  self.onmessage = ({ data }) => {
    if (data === 'cancel') self.isCancelled = true;
    else resolve(data);
  };
});

self.sink = {
  pieces: [],

  // A file is written beside the old one, which stays as it is until `close`.
  async open(handle) {
    this.handle = handle;
    this.file = await handle?.createWritable();
  },

  async write(bytes) {
    if (this.file) await this.file.write(bytes);
    // The browser may keep it on disk.
    else this.pieces.push(new Blob([bytes]));
  },

  // What is packed until `packed` is asked for becomes one stream of raw deflate (RFC 1951).
  async pack(bytes) {
    if (!this.packer) {
      const { readable, writable } = new CompressionStream('deflate-raw');
      this.packer = writable.getWriter();
      this.length = 0;
      this.drained = this.drain(readable.getReader());
    }
    await Promise.race([this.packer.write(bytes), this.drained]);
  },

  async drain(reader) {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.length += value.length;
      await this.write(value);
    }
  },

  async packed() {
    await Promise.all([this.packer.close(), this.drained]);
    this.packer = null;
    return this.length;
  },

  async close(type) {
    await this.file?.close();
    return this.file ? undefined : new Blob(this.pieces, { type });
  },

  // Nothing is left behind: neither a part, nor the empty file that choosing a new name has made.
  async abort() {
    await this.file?.abort();
    const made = await this.handle?.getFile();
    if (made?.size === 0) await this.handle.remove?.();
  },
};

start('exporter').catch((fault) => postMessage({ fault: 'died', why: String(fault) }));
