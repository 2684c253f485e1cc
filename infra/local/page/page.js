/** Placeholder page. */
