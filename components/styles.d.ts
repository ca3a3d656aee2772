// Types of `*.module.css`, so that tsc passes before the first build has written next-env.d.ts.
/// <reference types="next" />
