/** The events of rrweb, as far as they are read here: https://github.com/rrweb-io/rrweb/blob/master/packages/types */

export const enum Kind { DomContentLoaded, Load, FullSnapshot, Incremental, Meta, Custom, Plugin }

export const enum Source {
  Mutation, MouseMove, MouseInteraction, Scroll, ViewportResize, Input, TouchMove, MediaInteraction, StyleSheetRule,
  CanvasMutation, Font, Log, Drag, StyleDeclaration, Selection, AdoptedStyleSheet, CustomElement,
}

export const enum Act { MouseUp, MouseDown, Click, ContextMenu, DblClick, Focus, Blur, TouchStart, Departed, TouchEnd, TouchCancel }

export interface Foreign {
  type: number;
  timestamp: number;
  data: {
    source?: number;
    type?: number;
    id?: number;
    x?: number;
    y?: number;
    width?: number;
    height?: number;
    href?: string;
    pointerType?: number;
    positions?: { x: number; y: number; id: number; timeOffset: number }[];
    ranges?: { start: number; startOffset: number; end: number; endOffset: number }[];
    initialOffset?: { left: number; top: number };
    tag?: string;
    payload?: unknown;
    [key: string]: unknown;
  };
}
