/** How sessions come in here: by which cookie, and from the pages of which origin. */
export interface SessionDoor {
  cookie: string;
  secure: boolean;
  origin: string;
}
