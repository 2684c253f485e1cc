import { createNavigation } from 'next-intl/navigation';
import { routing } from './routing';

/** Links and navigation that keep the locale in the path. */
export const { Link, redirect, usePathname, useRouter } = createNavigation(routing);
