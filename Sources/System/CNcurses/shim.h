// Wide-character ncurses; the feature macros must come before the headers.
#define _XOPEN_SOURCE_EXTENDED 1
#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include <langinfo.h>
#include <ncurses.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

// What Swift cannot import: variables that it takes for shared state, and macros with arguments.

static inline SCREEN *curses_open(const char *term) { return newterm(term, stdout, stdin); }
static inline WINDOW *curses_screen(void) { return stdscr; }
static inline WINDOW *curses_shown(void) { return curscr; }
static inline int curses_colors(void) { return COLORS; }
static inline int curses_pairs(void) { return COLOR_PAIRS; }
static inline int curses_lines(void) { return LINES; }
static inline int curses_columns(void) { return COLS; }

static inline attr_t curses_attributes(int bold, int dim, int reverse, int underline) {
  return (bold ? A_BOLD : 0) | (dim ? A_DIM : 0) | (reverse ? A_REVERSE : 0) | (underline ? A_UNDERLINE : 0);
}

// `pair` may exceed the 16 bits of the classic argument.
static inline int curses_set_cell(cchar_t *cell, unsigned int character, attr_t attributes, int pair) {
  wchar_t text[2] = {(wchar_t)character, 0};
  return setcchar(cell, text, attributes, 0, &pair);
}

static inline int curses_is_utf8(void) { return strcmp(nl_langinfo(CODESET), "UTF-8") == 0; }

// From <wchar.h> and <term.h>, whose feature macros and short macro names stay out of Swift's sight.
extern int wcwidth(wchar_t);
static inline int curses_width(unsigned int character) { return wcwidth((wchar_t)character); }
extern char *tigetstr(const char *);
extern int tigetflag(const char *);
extern int tigetnum(const char *);
extern int setupterm(const char *, int, int *);
