/**
 * What who is not logged in sees: how to get in.
 */
export const LoggedOut = () => (
  <main class="alone">
    <h1>Ballast</h1>
    <p>Nobody is logged in here. A link logs this browser in, once, within five minutes:</p>
    <ol>
      <li>
        at the terminal of the machine: <code>npx ballast web</code>
      </li>
      <li>
        or in a private chat with the bot: <code>/link</code>
      </li>
    </ol>
    <p class="quiet">
      You may here what your role may in chat. A login lasts a day; <code>/sessions</code> lists them and ends them.
    </p>
  </main>
)
