"use strict";(self.rspackChunknpskit=self.rspackChunknpskit||[]).push([[232],{475(e,n,r){var t=r(601),o=r.n(t),a=r(314),i=(r.n(a))()(o());i.push([e.id,`/* The side panel and the dialogs of npskit, in the colours and sizes of Lab's theme. */

.nps-Panel {
  background: var(--jp-layout-color1);
  color: var(--jp-ui-font-color1);
  font-size: var(--jp-ui-font-size1);
  min-width: 180px;
  overflow-y: auto;
}

.nps-Panel p,
.nps-Panel dl,
.nps-Panel dd {
  margin: 0;
}

.nps-Panel-header {
  align-items: center;
  display: flex;
  justify-content: space-between;
  padding: 4px 8px 0 12px;
}

.nps-Panel-title {
  font-size: var(--jp-ui-font-size0);
  font-weight: 600;
  letter-spacing: 1px;
  margin: 0;
}

.nps-Panel-refresh.jp-mod-styled {
  background: none;
  flex: none;
  height: 28px;
  line-height: 1;
  min-width: 28px;
  padding: 0;
}

.nps-Panel-refresh.jp-mod-styled:hover {
  background: var(--jp-layout-color2);
}

.nps-Panel-status {
  color: var(--jp-ui-font-color2);
  font-size: var(--jp-ui-font-size0);
  line-height: 1.4;
  /* Its place is kept, so that nothing jumps when the kernel is at work. */
  min-height: 2.8em;
  overflow-wrap: break-word;
  padding: 2px 12px 0;
}

.nps-Panel-status:empty {
  min-height: 1.4em;
}

.nps-Frames {
  list-style: none;
  margin: 0;
  padding: 0;
}

.nps-Frame {
  border-top: 1px solid var(--jp-border-color2);
  padding: 12px;
}

.nps-Frame-title {
  align-items: baseline;
  display: flex;
  font-size: var(--jp-ui-font-size1);
  font-weight: 600;
  gap: 8px;
  margin: 0;
}

.nps-Frame-name {
  font-family: var(--jp-code-font-family);
  overflow-wrap: anywhere;
}

.nps-Frame-kind {
  color: var(--jp-ui-font-color2);
  font-size: var(--jp-ui-font-size0);
  font-weight: 400;
}

.nps-Frame-headline {
  font-size: 24px;
  font-variant-numeric: tabular-nums;
  font-weight: 600;
  line-height: 1.4;
}

.nps-Frame-detail {
  line-height: 1.4;
}

.nps-Frame-message {
  line-height: 1.4;
  margin: 4px 0;
  overflow-wrap: anywhere;
}

.nps-Strip {
  background: var(--jp-layout-color3);
  border-radius: 2px;
  height: 4px;
  margin: 6px 0 8px;
  position: relative;
}

.nps-Strip-zero,
.nps-Strip-interval,
.nps-Strip-score {
  position: absolute;
}

.nps-Strip-zero {
  background: var(--jp-ui-font-color2);
  height: 10px;
  left: 50%;
  top: -3px;
  width: 1px;
}

.nps-Strip-interval {
  background: #8a5cc4;
  border-radius: 2px;
  height: 4px;
  min-width: 3px;
  opacity: 0.65;
  top: 0;
}

.nps-Strip-score {
  background: #8a5cc4;
  border: 1px solid var(--jp-layout-color1);
  border-radius: 50%;
  height: 8px;
  margin-left: -5px;
  top: -3px;
  width: 8px;
}

.nps-Frame-roles {
  color: var(--jp-ui-font-color2);
  display: flex;
  flex-wrap: wrap;
  font-size: var(--jp-ui-font-size0);
  gap: 2px 10px;
  line-height: 1.5;
}

.nps-Frame-roles > div {
  display: flex;
  gap: 4px;
}

.nps-Panel .nps-Frame-roles code {
  font-family: var(--jp-code-font-family);
  font-size: inherit;
  overflow-wrap: anywhere;
}

.nps-Verbs {
  display: flex;
  flex-wrap: wrap;
  gap: 4px;
  margin-top: 8px;
}

.nps-Verb {
  background: var(--jp-layout-color2);
  border: 1px solid var(--jp-border-color1);
  border-radius: 12px;
  color: var(--jp-ui-font-color1);
  cursor: pointer;
  font-family: var(--jp-ui-font-family);
  font-size: var(--jp-ui-font-size0);
  line-height: 20px;
  padding: 1px 10px;
}

.nps-Verb:hover {
  background: var(--jp-layout-color3);
}

.nps-Verb[aria-disabled='true'] {
  background: none;
  border-style: dashed;
  color: var(--jp-ui-font-color2);
  cursor: default;
}

.nps-Panel button:focus-visible {
  outline: 2px solid var(--jp-brand-color1);
  outline-offset: 1px;
}

.nps-Empty {
  line-height: 1.5;
  overflow-wrap: anywhere;
  padding: 8px 12px;
}

.nps-Empty-title {
  font-weight: 600;
}

.nps-Empty-hint {
  color: var(--jp-ui-font-color2);
}

.nps-Frame-action {
  margin-top: 8px;
}

.nps-Panel .nps-Frame-action,
.nps-Panel .nps-Empty-insert {
  font-size: var(--jp-ui-font-size1);
  height: 26px;
  letter-spacing: normal;
  line-height: 26px;
}

.nps-Empty-code {
  background: var(--jp-layout-color2);
  border-radius: 2px;
  font-family: var(--jp-code-font-family);
  font-size: var(--jp-code-font-size);
  margin: 8px 0;
  overflow-x: auto;
  overflow-wrap: normal;
  padding: 6px 8px;
  white-space: pre;
}

.nps-Problem p {
  line-height: 1.5;
  margin: 0 0 8px;
  overflow-wrap: anywhere;
}

.nps-Problem-hint {
  color: var(--jp-ui-font-color2);
}
`,""]),r.d(n,{},{A:i})},314(e){e.exports=function(e){var n=[];return n.toString=function(){return this.map(function(n){var r="",t=void 0!==n[5];return n[4]&&(r+="@supports (".concat(n[4],") {")),n[2]&&(r+="@media ".concat(n[2]," {")),t&&(r+="@layer".concat(n[5].length>0?" ".concat(n[5]):""," {")),r+=e(n),t&&(r+="}"),n[2]&&(r+="}"),n[4]&&(r+="}"),r}).join("")},n.i=function(e,r,t,o,a){"string"==typeof e&&(e=[[null,e,void 0]]);var i={};if(t)for(var p=0;p<this.length;p++){var s=this[p][0];null!=s&&(i[s]=!0)}for(var l=0;l<e.length;l++){var c=[].concat(e[l]);t&&i[c[0]]||(void 0!==a&&(void 0===c[5]||(c[1]="@layer".concat(c[5].length>0?" ".concat(c[5]):""," {").concat(c[1],"}")),c[5]=a),r&&(c[2]&&(c[1]="@media ".concat(c[2]," {").concat(c[1],"}")),c[2]=r),o&&(c[4]?(c[1]="@supports (".concat(c[4],") {").concat(c[1],"}"),c[4]=o):c[4]="".concat(o)),n.push(c))}},n}},601(e){e.exports=function(e){return e[1]}},72(e){var n=[];function r(e){for(var r=-1,t=0;t<n.length;t++)if(n[t].identifier===e){r=t;break}return r}function t(e,t){for(var o={},a=[],i=0;i<e.length;i++){var p=e[i],s=t.base?p[0]+t.base:p[0],l=o[s]||0,c="".concat(s," ").concat(l);o[s]=l+1;var u=r(c),d={css:p[1],media:p[2],sourceMap:p[3],supports:p[4],layer:p[5]};if(-1!==u)n[u].references++,n[u].updater(d);else{var f=function(e,n){var r=n.domAPI(n);return r.update(e),function(n){n?(n.css!==e.css||n.media!==e.media||n.sourceMap!==e.sourceMap||n.supports!==e.supports||n.layer!==e.layer)&&r.update(e=n):r.remove()}}(d,t);t.byIndex=i,n.splice(i,0,{identifier:c,updater:f,references:1})}a.push(c)}return a}e.exports=function(e,o){var a=t(e=e||[],o=o||{});return function(e){e=e||[];for(var i=0;i<a.length;i++){var p=r(a[i]);n[p].references--}for(var s=t(e,o),l=0;l<a.length;l++){var c=r(a[l]);0===n[c].references&&(n[c].updater(),n.splice(c,1))}a=s}}},659(e){var n={};e.exports=function(e,r){var t=function(e){if(void 0===n[e]){var r=document.querySelector(e);if(window.HTMLIFrameElement&&r instanceof window.HTMLIFrameElement)try{r=r.contentDocument.head}catch(e){r=null}n[e]=r}return n[e]}(e);if(!t)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");t.appendChild(r)}},540(e){e.exports=function(e){var n=document.createElement("style");return e.setAttributes(n,e.attributes),e.insert(n,e.options),n}},56(e,n,r){e.exports=function(e){var n=r.nc;n&&e.setAttribute("nonce",n)}},825(e){e.exports=function(e){if("u"<typeof document)return{update:function(){},remove:function(){}};var n=e.insertStyleElement(e);return{update:function(r){var t,o,a;t="",r.supports&&(t+="@supports (".concat(r.supports,") {")),r.media&&(t+="@media ".concat(r.media," {")),(o=void 0!==r.layer)&&(t+="@layer".concat(r.layer.length>0?" ".concat(r.layer):""," {")),t+=r.css,o&&(t+="}"),r.media&&(t+="}"),r.supports&&(t+="}"),(a=r.sourceMap)&&"u">typeof btoa&&(t+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(a))))," */")),e.styleTagTransform(t,n,e.options)},remove:function(){var e;null===(e=n).parentNode||e.parentNode.removeChild(e)}}}},113(e){e.exports=function(e,n){if(n.styleSheet)n.styleSheet.cssText=e;else{for(;n.firstChild;)n.removeChild(n.firstChild);n.appendChild(document.createTextNode(e))}}},579(e,n,r){var t=r(72),o=r.n(t),a=r(825),i=r.n(a),p=r(659),s=r.n(p),l=r(56),c=r.n(l),u=r(540),d=r.n(u),f=r(113),h=r.n(f),m=r(475),v={};v.styleTagTransform=h(),v.setAttributes=c(),v.insert=s().bind(null,"head"),v.domAPI=i(),v.insertStyleElement=d(),o()(m.A,v),m.A&&m.A.locals&&m.A.locals}}]);