import { notFound } from 'next/navigation';

/** Whatever is no page, in the visitor's language. */
export default function Rest(): never {
  notFound();
}
