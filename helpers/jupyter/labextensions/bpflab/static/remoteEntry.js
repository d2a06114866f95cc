// An extension of JupyterLab: a cell that begins with %%bpf has the colours and the indentation of C.
//
// It is one file without a build step. JupyterLab loads it as a container of webpack's module
// federation, asks the container for "./extension", and shares its own modules with it. What each
// of them has is documented at https://jupyterlab.readthedocs.io/en/stable/api/.
(() => {
  "use strict";

  const MIME = "text/x-bpf";
  const MAGIC = /^\s*(%%bpf\b.*)/;
  let shared; // name -> version -> how to get the module

  /** Return the module that JupyterLab itself uses: a token of another copy is another token. */
  async function ofJupyterLab(name) {
    const versions = Object.values(shared[name]);
    const own = versions.find(one => one.from === "@jupyterlab/application-top");
    return (await (own ?? versions[0]).get())();
  }

  /** Return a parser's input in which the magic's line is a comment of the same length. */
  function withoutMagic(input) {
    const found = MAGIC.exec(input.read(0, Math.min(input.length, 4096)));
    if (!found) return input;
    const end = found[0].length;
    const begin = end - found[1].length;
    const cover = "//".padEnd(end - begin);
    const drawn = (from, text) => {
      const a = Math.max(from, begin);
      const b = Math.min(from + text.length, end);
      if (a >= b) return text;
      return text.slice(0, a - from) + cover.slice(a - begin, b - begin) + text.slice(b - from);
    };
    return {
      length: input.length,
      lineChunks: input.lineChunks,
      chunk: from => drawn(from, input.chunk(from)),
      read: (from, to) => drawn(from, input.read(from, to))
    };
  }

  /** Return what JupyterLab's registry of languages takes: its own C, but for the first line. */
  function language(languages) {
    return {
      name: "bpf",
      displayName: "C (%%bpf)",
      mime: MIME,
      load: async () => {
        // A notebook asks for Python at first. That answer must not come after this one.
        await languages.getLanguage("text/x-ipython");
        const { support } = await languages.getLanguage("text/x-csrc");
        const { language } = support;
        const wrap = (_, input, fragments, ranges) =>
          language.parser.startParse(withoutMagic(input), fragments, ranges);
        return new support.constructor(language.configure({ wrap }), support.support);
      }
    };
  }

  /** Give a cell the language that its first line says; leave every other cell as it is. */
  function fit(notebook, cell) {
    if (MAGIC.test(cell.sharedModel.getSource())) {
      cell.mimeType = MIME;
    } else if (cell.mimeType === MIME) {
      cell.mimeType = notebook.codeMimetype;
    }
  }

  /** Watch the code cells of a notebook, and those that it gets later. */
  function watch(notebook) {
    const seen = new WeakSet();
    const look = () => {
      for (const cell of notebook.model?.cells ?? []) {
        if (cell.type !== "code" || seen.has(cell)) continue;
        seen.add(cell);
        const check = () => fit(notebook, cell);
        cell.contentChanged.connect(check);
        cell.mimeTypeChanged.connect(check); // the kernel has said that it is Python's
        check();
      }
    };
    const begin = () => {
      notebook.model?.cells.changed.connect(look);
      look();
    };
    notebook.modelChanged.connect(begin);
    begin();
  }

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB.bpflab = {
    init: scope => {
      shared = scope;
    },
    get: async () => {
      const { INotebookTracker } = await ofJupyterLab("@jupyterlab/notebook");
      const { IEditorLanguageRegistry } = await ofJupyterLab("@jupyterlab/codemirror");
      const plugin = {
        id: "bpflab:cell",
        description: "Colours and indentation of C for cells that begin with %%bpf",
        autoStart: true,
        requires: [INotebookTracker, IEditorLanguageRegistry],
        activate: (app, notebooks, languages) => {
          languages.addLanguage(language(languages));
          languages.getLanguage(MIME); // now, so that no cell waits for it
          notebooks.forEach(panel => watch(panel.content));
          notebooks.widgetAdded.connect((_, panel) => watch(panel.content));
        }
      };
      return () => plugin;
    }
  };
})();
