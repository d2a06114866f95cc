// Extensions of JupyterLab: a cell that begins with %%bpf has the colours and the indentation of C;
// the page leads to the learner's own lessons, leaves a narrow window to them, and has code in colours
// that can be read.
//
// One file without a build step: a container of webpack's module federation. JupyterLab shares its
// own modules with it (https://jupyterlab.readthedocs.io/en/stable/api/), and gets the plugin.
(() => {
  "use strict";

  const MIME = "text/x-bpf";
  const NARROW = "(max-width: 1000px)"; // a panel of 300 would leave less than a page of C needs
  const OWN = "my";
  const LESSON = /^notebooks\/(\d\d[a-z]?-[^/]*\.ipynb)$/;
  const MAGIC = /^\s*%%bpf\b.*/;
  // Comments say what to do in an exercise. JupyterLab's colours for these are too near the ground.
  const COLOURS = `
    [data-jp-theme-light="true"] .cm-editor {
      --jp-mirror-editor-comment-color: #2f6f6f;
      --jp-mirror-editor-meta-color: #9412e8;
      --jp-mirror-editor-number-color: #007000;
      --jp-mirror-editor-bracket-color: #666650;
    }
    [data-jp-theme-light="false"] .cm-editor {
      --jp-mirror-editor-comment-color: #7fbfbf;
      --jp-mirror-editor-meta-color: #cf94ff;
      --jp-mirror-editor-def-color: #64b5f6;
    }`;
  let shared; // name -> version -> how to get the module

  /** Return the module that JupyterLab itself uses: a token of another copy is another token. */
  async function ofJupyterLab(name) {
    const versions = Object.values(shared[name]);
    const own = versions.find(one => one.from === "@jupyterlab/application-top");
    return (await (own ?? versions[0]).get())();
  }

  /** Return a parser's input in which the magic's line is blank: it is drawn as plain text. */
  function withoutMagic(input) {
    const end = MAGIC.exec(input.read(0, Math.min(input.length, 4096)))?.[0].length ?? 0;
    const blank = (from, text) =>
      text.slice(0, Math.max(end - from, 0)).replace(/./gs, " ") + text.slice(Math.max(end - from, 0));
    return {
      length: input.length,
      lineChunks: input.lineChunks,
      chunk: from => blank(from, input.chunk(from)),
      read: (from, to) => blank(from, input.read(from, to))
    };
  }

  /** Indent behind an opening brace. JupyterLab's C does not where the brace is not yet closed. */
  function indent(context, pos) {
    const { doc } = context.state;
    let above = context.lineAt(pos, -1); // before the line break that is typed, if one is
    if (above.from === context.lineAt(pos, 1).from) {
      do {
        if (above.from === 0) return undefined;
        above = doc.lineAt(above.from - 1);
      } while (!above.text.trim());
    }
    if (!/\{\s*$/.test(above.text)) return undefined; // the language itself knows
    const column = context.countColumn(above.text, above.text.search(/\S/));
    return column + (context.textAfterPos(pos).trim().startsWith("}") ? 0 : context.unit);
  }

  /** Return the language for JupyterLab's registry: its own C, but for the magic's line. */
  async function load(languages) {
    // A notebook asks for Python at first. That answer must not come after this one.
    await languages.getLanguage("text/x-ipython");
    const { indentService } = await ofJupyterLab("@codemirror/language");
    const { support } = await languages.getLanguage("text/x-csrc");
    const { parser } = support.language;
    const wrap = (_, input, fragments, ranges) =>
      parser.startParse(withoutMagic(input), fragments, ranges);
    const language = support.language.configure({ wrap });
    return new support.constructor(language, [indentService.of(indent), support.support]);
  }

  /** Let the colours of code be told from their ground, in both of JupyterLab's own themes. */
  function readable() {
    document.head.append(Object.assign(document.createElement("style"), { textContent: COLOURS }));
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

  /**
   * Leave a Tab in a cell of C to the kernel. JupyterLab would offer all words and signs of the cell
   * besides; and in the magic's line, where it sees none at the cursor, mend the wrong place.
   */
  function completeByKernel(manager) {
    const words = manager?.getProviders().get("CompletionProvider:context");
    if (!words) return;
    const isApplicable = words.isApplicable.bind(words);
    words.isApplicable = async context =>
      context.editor?.model.mimeType !== MIME && isApplicable(context);
  }

  /** Collapse the side panel while the window is narrow, as a wide one is at a zoom of 200 %. */
  function makeRoom(app) {
    const narrow = window.matchMedia(NARROW);
    const fit = () => narrow.matches && app.shell.collapseLeft();
    narrow.addEventListener("change", fit);
    app.restored.then(fit); // when the layout is as the reader left it
  }

  /** List the learner's folders behind their lessons: the solutions come last. */
  function foldersLast({ listing, model }) {
    let items = [];
    const isFolder = item => item.type === "directory";
    // JupyterLab sorts notebooks before other files, and folders before both.
    Object.defineProperty(listing, "_sortedItems", {
      get: () => items,
      set: all => {
        const behind = item => model.path === OWN && isFolder(item);
        items = [...all.filter(item => !behind(item)), ...all.filter(behind)];
      }
    });
    model.refresh();
  }

  /** Follow a link to a lesson, as docs/ has some, to the learner's own: git knows the other one. */
  function linkToOwn(commands) {
    const execute = commands.execute.bind(commands);
    commands.execute = (id, args) =>
      id === "rendermime:handle-local-link" && LESSON.test(args?.path)
        ? execute(id, { ...args, path: args.path.replace(LESSON, `${OWN}/$1`) })
        : execute(id, args);
  }

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB.bpflab = {
    init: scope => void (shared = scope),
    get: async () => {
      const { INotebookTracker } = await ofJupyterLab("@jupyterlab/notebook");
      const { IEditorLanguageRegistry } = await ofJupyterLab("@jupyterlab/codemirror");
      const { ICompletionProviderManager } = await ofJupyterLab("@jupyterlab/completer");
      const { IDefaultFileBrowser } = await ofJupyterLab("@jupyterlab/filebrowser");
      const cell = {
        id: "bpflab:cell",
        description: "Colours and indentation of C for cells that begin with %%bpf",
        autoStart: true,
        requires: [INotebookTracker, IEditorLanguageRegistry],
        optional: [ICompletionProviderManager],
        activate: (app, notebooks, languages, completions) => {
          app.restored.then(() => completeByKernel(completions)); // when all providers are there
          const entry = { name: "bpf", displayName: "C (%%bpf)", mime: MIME };
          languages.addLanguage({ ...entry, load: () => load(languages) });
          languages.getLanguage(MIME); // now, so that no cell waits for it
          notebooks.forEach(panel => watch(panel.content));
          notebooks.widgetAdded.connect((_, panel) => watch(panel.content));
        }
      };
      const page = {
        id: "bpflab:page",
        description: "A page for the learner's own lessons, in a window of any width",
        autoStart: true,
        optional: [IDefaultFileBrowser],
        activate: (app, browser) => {
          readable();
          makeRoom(app);
          linkToOwn(app.commands);
          if (browser) foldersLast(browser);
        }
      };
      return () => [cell, page];
    }
  };
})();
